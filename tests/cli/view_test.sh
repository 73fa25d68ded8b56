#!/usr/bin/env bash
# motion-view as a process: pictures through pipes, errors by their exit codes, nothing left behind.
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
view=$bin/motion-view
walk=$data/clips/walk.bvh
mkdir in && cd in || exit 1
is_png() { [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "$1 is no PNG"; }
empty_folder() { [ -z "$(ls -A .)" ] || fail "left behind: $(ls -A .)"; rm -rf ./* ./.[!.]* 2>/dev/null; }

# what is wrong is said before anything is drawn
expect 2 'did you mean' "$view" "$walk" --camera fornt -o x.png
expect 2 'expected WIDTHxHEIGHT' "$view" "$walk" --size 320 -o x.png
expect 2 'expected png, mp4, gif or html' "$view" "$walk" -o x.jpg
expect 2 'needs --compare' "$view" "$walk" --ghost -o x.png
expect 2 "has no clip 'run'" "$view" "$walk" --clip run -o x.png
expect 2 "no robot is named 'g11'" "$view" "$walk" --model g11 -o x.png
expect 2 'does not exist' "$view" "$walk" --model ./none.xml -o x.png
expect 3 'no.bvh' "$view" no.bvh -o x.png
expect 3 '<stdin>: empty' "$view" -o x.png
expect 4 'window' env -u DISPLAY -u WAYLAND_DISPLAY "$view" "$walk" --window
expect 2 '--end and --size' "$view" "$walk" --end 1 -o x.html
expect 2 '--window writes nothing' "$view" "$walk" --window -o x.png
empty_folder
printf 'HIERARCHY\nROOT hips\n{\n' >half.bvh
expect 3 'half.bvh' "$view" half.bvh -o x.png
rm half.bvh
empty_folder

# a page that plays the motion needs no GPU to be written, and no network to be seen
if [ -e /usr/share/javascript/three/three.min.js ]; then
  "$view" "$walk" -o x.html || fail 'html'
  "$view" "$walk" --compare "$data/clips/g1_walk.h5" --compare "$data/clips/go2_pace.h5" --to html >three.html || fail 'three in a page'
  for page in x.html three.html; do
    python3 - "$page" <<'PY' || fail "$page"
import html.parser, json, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
assert len(text) < 5_000_000, len(text)
assert not re.search(r"https?://|\b(src|href)\s*=\s*[\"']", text.split("</head>")[1]) and "://" not in text
assert "Content-Security-Policy" in text and "default-src 'none'" in text
stack, data = [], []
class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert not {"src", "href"} & {k for k, _ in attrs}, (tag, attrs)
        if tag not in ("meta", "link", "br", "input"): stack.append((tag, dict(attrs)))
    def handle_endtag(self, tag):
        assert stack and stack.pop()[0] == tag, tag
    def handle_data(self, d):
        if stack and stack[-1][1].get("type") == "application/json": data.append(d)
page = Page()
page.feed(text)
page.close()
assert not stack, stack
figures = json.loads("".join(data))["figures"]
assert len(figures) == (3 if "three" in sys.argv[1] else 1)
assert all(f["frames"] > 10 and f["shapes"] for f in figures)
PY
  done
  rm -f x.html three.html
else
  echo 'skipped: no three.js'
fi
empty_folder

if "$view" "$walk" -n 1 --size 64x64 -o probe.png 2>probe; then
  rm -f probe.png probe
else
  grep -qi egl probe || fail "cannot draw, and not for want of EGL: $(cat probe)"
  echo "skipped: $(head -n 1 probe)"
  exit $bad
fi

# a window opens, plays, steps and closes by its key, on a display of its own
if type -P xvfb-run xdotool >/dev/null; then
  cat >keys.sh <<'SH'
"$@" & pid=$!
for _ in $(seq 300); do id=$(xdotool search --name '^Motus: ' 2>/dev/null | head -n 1); [ -n "$id" ] && break; sleep 0.1; done
sleep 1
xdotool key --window "$id" space Right Left t g bracketleft r q
for _ in $(seq 300); do kill -0 $pid 2>/dev/null || break; sleep 0.1; done
kill -0 $pid 2>/dev/null && { kill $pid; exit 99; }
wait $pid
SH
  xvfb-run -a -s '-screen 0 1024x768x24' bash keys.sh "$view" "$walk" --compare "$walk" --window 2>err
  code=$?
  if grep -q 'no window' err; then echo "skipped: $(head -n 1 err)"; else [ $code -eq 0 ] || fail "the window ended in $code: $(cat err)"; fi
  rm -f keys.sh err
else
  echo 'skipped: no xvfb-run or no xdotool'
fi
empty_folder

# the same picture by every way
"$view" "$walk" -n 4 --size 96x120 -o file.png || fail 'a file'
is_png file.png
"$view" -n 4 --size 96x120 <"$walk" >piped.png || fail 'stdin to stdout'
"$bin/motion-convert" "$walk" | "$view" -n 4 --size 96x120 -o converted.png || fail 'behind motion-convert'
cmp -s file.png piped.png || fail 'a pipe changes the picture'
cmp -s file.png converted.png || fail 'motion-convert changes the picture'
"$view" "$walk" -n 4 --size 96x120 --start 0.3 -o later.png || fail '--start'
cmp -s file.png later.png && fail '--start changes nothing'
"$view" "$walk" -n 4 --size 96x120 --camera front -o front.png || fail '--camera front'
cmp -s file.png front.png && fail '--camera changes nothing'
"$view" "$walk" -n 2 --size 96x120 --compare converted.png -o x.png 2>/dev/null && fail 'compared with a picture'
"$view" "$walk" -n 2 --size 96x120 --compare "$walk" -o both.png || fail '--compare'
is_png both.png
rm -f -- *.png
empty_folder

# whole or absent
expect 1 'No space left' "$view" "$walk" -n 1 --size 64x64 -o /dev/full
expect 1 'nowhere/x.png' "$view" "$walk" -n 1 --size 64x64 -o nowhere/x.png
"$view" "$walk" -n 1 --size 64x64 >/dev/full 2>/dev/null && fail 'a full disk went unnoticed'
expect 4 'apt install ffmpeg' env PATH=/nonexistent "$view" "$walk" -o x.mp4
expect 2 'lasts' "$view" "$walk" --start 1000 -o x.png
empty_folder

if type -P ffmpeg >/dev/null; then
  "$view" "$walk" --size 64x80 --end 0.5 --rate 10 -o x.mp4 || fail 'mp4'
  [ "$(head -c 8 x.mp4 | tail -c 4)" = ftyp ] || fail 'x.mp4 is no MP4'
  "$view" "$walk" --size 64x80 --end 0.5 --rate 10 --to gif >x.gif || fail 'gif'
  [ "$(head -c 6 x.gif)" = GIF89a ] || fail 'x.gif is no GIF'
  rm -f x.mp4 x.gif
else
  echo 'skipped: no ffmpeg'
fi
empty_folder
exit $bad
