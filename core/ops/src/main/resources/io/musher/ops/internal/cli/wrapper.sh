#!/bin/sh
# Runs musher.jar; made by: java -jar musher.jar wrapper > musher && chmod +x musher
jar=@jar@
java=java
[ -z "$JAVA_HOME" ] || java=$JAVA_HOME/bin/java
command=$1
case $command in
    run|monit|logs) exec "$java" -jar "$jar" "$@" ;;
esac
# The other commands are short. They take half the processor time with a class-data archive, without compilers, and
# without reading the whole jar: -jar does it for the manifest, the JDK in search of another SelectorProvider.
cache=${XDG_CACHE_HOME:-$HOME/.cache}
real=$(readlink -f "$(command -v "$java")") || real=$java
archive=$cache/musher$(printf %s "${real%/bin/java}" | tr -c 'A-Za-z0-9.' -).jsa
set -- -Xshare:auto -Xlog:disable -Xint @provider@ -cp "$jar" @main@ "$@"
if [ "$archive" -nt "$jar" ] && [ "$archive" -nt "${real%/*}" ]; then # an update renames files in bin
    exec "$java" -XX:SharedArchiveFile="$archive" "$@"
fi
"$java" "$@"
status=$?
# What a status loads that a primary has answered is what most commands load.
case $command in
    status|ls)
        if [ $status -le 1 ] && mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
            for left in "$archive".*; do # of a making that was killed
                kill -0 "${left##*.}" 2>/dev/null || rm -f "$left"
            done
            new=$archive.$$
            for signal in 1 2 15; do
                trap 'rm -f "$new"; exit '$((128 + signal)) $signal
            done
            "$java" -XX:ArchiveClassesAtExit="$new" "$@" >/dev/null 2>&1
            mv -f "$new" "$archive" 2>/dev/null || : >"$archive" # a JDK without archives: not tried again
            rm -f "$new"
        fi ;;
esac
exit $status
