// Files that Motus lays out itself, as the HDF5 library sees them.
#include "formats/h5/h5_emit.h"

#include "formats/h5/h5_get.h"
#include "formats/h5/h5_image.h"
#include "formats/h5/h5_store.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::formats;
using namespace motus::formats::h5;

namespace {

std::vector<std::byte> bytes_of(const Node& root) {
  const Image image(root);
  std::vector<std::byte> out;
  image.write([&](Bytes piece) { out.insert(out.end(), piece.begin(), piece.end()); });
  CHECK(out.size() == image.size());
  CHECK(end_of_file(out) == out.size());
  return out;
}

std::vector<std::string> numbered(size_t count) {
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) out.push_back(number_name(i));
  return out;
}

}  // namespace

TEST_CASE("the library finds every link of a group of any size") {
  for (const size_t count : {0, 1, 8, 9, 256, 257, 8192, 8193, 10000}) {
    INFO(count);
    Node root;
    for (size_t i = count; i-- > 0;) put_attr(make_group(root, number_name(i)), "i", double(i));
    const std::vector<std::byte> bytes = bytes_of(root);
    const Session session;
    const Id file = open_image(bytes);
    CHECK(names_in(file) == numbered(count));
    size_t wrong = 0;
    for (size_t i = 0; i < count; i += 7) {
      wrong += number_attr(open_group(file, number_name(i)), "i") != double(i);
    }
    CHECK(wrong == 0);
    CHECK_FALSE(has(file, "absent"));
    CHECK_FALSE(has(file, "999999"));
  }
}

TEST_CASE("texts of every length come back, in attributes and in lists") {
  std::vector<std::string> texts;
  for (const size_t n : {0, 1, 7, 8, 9, 4000, 65500, 65536, 70000, 0, 1}) {
    texts.emplace_back(n, static_cast<char>('a' + texts.size()));
  }
  for (int i = 0; i < 5000; ++i) texts.push_back(fmt::format("täglich {}", i));
  Node root;
  put_texts(root, "list", texts);
  Node& group = make_path(root, "a/b");
  for (size_t i = 0; i < 11; ++i) put_attr(group, fmt::format("text_{}", i), texts[i]);
  CHECK_THROWS_AS(put_attr(group, "nul", std::string("a\0b", 3)), Error);
  const std::vector<std::byte> bytes = bytes_of(root);
  const Session session;
  const Id file = open_image(bytes);
  CHECK(get_texts(file, "list") == texts);
  const Id below = open_group(open_group(file, "a"), "b");
  for (size_t i = 0; i < 11; ++i) CHECK(text_attr(below, fmt::format("text_{}", i)) == texts[i]);
}

TEST_CASE("numbers of every type and shape come back") {
  const std::vector<double> wide{0.1, -2, 1e300, 4, 5, 6}, narrow{0.5, -2, 0x1p100, 4, 5, 6};
  const std::vector<int64_t> whole{-1, int64_t{1} << 40};
  Node root;
  put_numbers(root, "f8", {2, 3}, wide.data());
  put_numbers(root, "f4", {3, 1, 2}, narrow.data());
  put_numbers(root, "none", {0, 4}, wide.data());
  put_raw(root, "i8", Type::i8, {2}, whole.data());
  put_raw(root, "scalar", Type::i8, {}, &whole[1]);
  put_ints(root, "i4", {7, -8, 9}, Type::i4);
  put_ints(root, "u1", {7, 255, 9}, Type::u1);
  put_attr(root, "real", 0.1);
  put_attr(root, "integer", int64_t{-5});
  const std::vector<std::byte> bytes = bytes_of(root);
  const Session session;
  const Id file = open_image(bytes);
  CHECK(number_attr(file, "real") == 0.1);
  CHECK(number_attr(file, "integer") == -5);
  CHECK(get_ints(file, "i4", 3) == std::vector{7, -8, 9});
  CHECK(get_ints(file, "u1", 3) == std::vector{7, 255, 9});
  const auto numbers = [&](const char* name, hid_t type, const Shape& shape) {
    const Opened d = open_dataset(file, name);
    CHECK(d.shape == shape);
    CHECK(H5Tequal(Id(H5Dget_type(d.id), H5Tclose), type) > 0);
    std::vector<double> out(d.count());
    CHECK(H5Dread(d.id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) >= 0);
    return out;
  };
  CHECK(numbers("f8", H5T_IEEE_F64LE, {2, 3}) == wide);
  CHECK(numbers("f4", H5T_IEEE_F32LE, {3, 1, 2})[1] == -2);
  CHECK(numbers("none", H5T_IEEE_F32LE, {0, 4}).empty());
  CHECK(numbers("i8", H5T_STD_I64LE, {2}) == std::vector{-1.0, double(int64_t{1} << 40)});
  CHECK(numbers("scalar", H5T_STD_I64LE, {}) == std::vector{double(int64_t{1} << 40)});
  CHECK(numbers("u1", H5T_STD_U8LE, {3}) == std::vector{7.0, 255.0, 9.0});
}

TEST_CASE("the library lays out the same tree, and goes on where Motus ended") {
  const std::vector<double> numbers(30000, 0.25);
  Node root;
  put_attr(root, "name", "täglich");
  put_texts(make_path(root, "a/b"), "texts", {"x", "", "y"});
  put_numbers(root.children.front(), "rows", {10000, 3}, numbers.data());
  for (const bool compress : {false, true}) {
    const std::vector<std::byte> bytes =
        make_image(0, [&](hid_t file) { store(file, root, compress); });
    const Session session;
    const Id file = open_image(bytes);
    CHECK(text_attr(file, "name") == "täglich");
    CHECK(get_texts(open_path(file, "a/b"), "texts") == std::vector<std::string>{"x", "", "y"});
    CHECK(get_matrix(open_path(file, "a"), "rows", 10000, 3)(9999, 2) == 0.25);
  }
  // a file of ours that another program changes, and puts many things into
  std::vector<std::byte> bytes = bytes_of(root);
  const Session session;
  const Id access = file_access();
  H5Pset_fapl_core(access, 1 << 16, false);
  H5Pset_file_image(access, bytes.data(), bytes.size());
  const Id file(H5Fopen("changed.h5", H5F_ACC_RDWR, access), H5Fclose);
  REQUIRE(file.ok());
  const Id group = open_path(file, "a");
  for (const std::string& name : numbered(600)) put_attr(make_group(group, name), "name", name);
  REQUIRE(H5Adelete(file, "name") >= 0);
  put_attr(file, "name", std::string(5000, 'x'));
  REQUIRE(H5Ldelete(group, "b", H5P_DEFAULT) >= 0);
  CHECK(text_attr(file, "name") == std::string(5000, 'x'));
  CHECK(names_in(group).size() == 601);
  CHECK(text_attr(open_group(group, "000599"), "name") == "000599");
  CHECK(get_matrix(group, "rows", 10000, 3)(9999, 2) == 0.25);
}
