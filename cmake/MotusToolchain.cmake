# What the compiler and the linker are told, in one place.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(motus_warnings INTERFACE)
target_compile_options(motus_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual>
  # GCC 12 sees overlapping copies in its own std::string (GCC bug 105329)
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${MOTUS_WERROR}>>:-Werror>)

# The same bits for the same input: no contraction of a*b+c that depends on inlining.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)

if(MOTUS_SANITIZE)
  add_compile_options(-fsanitize=${MOTUS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MOTUS_SANITIZE})
endif()

if(MOTUS_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Programs load only what they use: HDF5's config names curl and more, which would cost start-up time.
add_link_options(-Wl,--as-needed)
