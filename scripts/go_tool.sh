# Sourced by scripts that print the path of a program of Go's world and put it into build/tools where it is missing.
tools="$PWD/build/tools"

# here NAME: the path of a program that was installed already, or is on PATH; fails where there is none.
here() {
  if [ -x "$tools/$1" ]; then echo "$tools/$1"; else command -v "$1"; fi
}

# by_go NAME PACKAGE@VERSION: builds it from its sources, which Go's checksum database vouches for, and prints its path.
# Everything Go writes stays below build/. Fails where Go is not here.
by_go() {
  command -v go >/dev/null || return 1
  GOBIN="$tools" GOPATH="$tools/go" GOCACHE="$tools/go-cache" GOFLAGS=-modcacherw XDG_CONFIG_HOME="$tools/go" \
    go install "$2" >&2 || exit 1
  rm -rf "$tools/go-cache" "$tools/go"
  echo "$tools/$1"
}
