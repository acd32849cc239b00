#!/bin/sh
# Runs musher.jar; made by: java -jar musher.jar wrapper > musher && chmod +x musher
jar=@jar@
java=java
[ -z "$JAVA_HOME" ] || java=$JAVA_HOME/bin/java
case $1 in
    run) exec "$java" -jar "$jar" "$@" ;;
esac
# other commands are short: they start faster with a class-data archive, a simple collector and one compiler
archive=${XDG_CACHE_HOME:-$HOME/.cache}/musher.jsa
if ! [ "$archive" -nt "$jar" ]; then
    mkdir -p "${archive%/*}" && "$java" -XX:ArchiveClassesAtExit="$archive" -XX:+UseSerialGC -jar "$jar" ls \
        >/dev/null 2>&1
fi
exec "$java" -XX:SharedArchiveFile="$archive" -Xshare:auto -Xlog:disable -Xlog:all=error:stderr -XX:+UseSerialGC \
    -XX:TieredStopAtLevel=1 -jar "$jar" "$@"
