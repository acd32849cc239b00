#!/bin/sh
# Runs musher.jar; made by: java -jar musher.jar wrapper > musher && chmod +x musher
jar=@jar@
java=java
[ -z "$JAVA_HOME" ] || java=$JAVA_HOME/bin/java
case $1 in
    run|monit|logs) exec "$java" -jar "$jar" "$@" ;;
esac
# The other commands are short: they start in half the time with a class-data archive and without compilers.
cache=${XDG_CACHE_HOME:-$HOME/.cache}
archive=$cache/musher.jsa
if ! [ "$archive" -nt "$jar" ] && mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
    "$java" -XX:ArchiveClassesAtExit="$archive" -jar "$jar" ls >/dev/null 2>&1
fi
exec "$java" -XX:SharedArchiveFile="$archive" -Xshare:auto -Xlog:disable -Xlog:all=error:stderr -Xint \
    -jar "$jar" "$@"
