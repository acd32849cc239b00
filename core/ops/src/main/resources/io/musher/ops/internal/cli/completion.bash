# bash completion for musher; in ~/.bashrc: source <(musher completion)
_musher_ids() {
    # processes and workers; the table shortens long names
    COMPREPLY=($(compgen -W "all $(musher status --json 2>/dev/null | tr '{,' '\n\n' |
        sed -n 's/^"id":"\(.*\)"$/\1/p; s/^"name":"\(.*-[0-9][0-9]*\)"$/\1/p')" -- "$1"))
}

_musher() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -c|--config|--jar) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --id) _musher_ids "$word"; return ;;
        -n|-p|--instances|--port|--name|--env|--timeout|--lines|--since) return ;;
        completion) COMPREPLY=($(compgen -W "bash" -- "$word")); return ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "run start status ls describe scale reload restart stop signal logs monit check unit
            completion wrapper --help --version" -- "$word"))
    elif [ "${word#-}" != "$word" ]; then
        COMPREPLY=($(compgen -W "--config --name --id --json --timeout --instances --port --env --lines --follow
            --since --once --primary --jar --help" -- "$word"))
    else
        case ${COMP_WORDS[1]} in
            signal)
                if [ "$COMP_CWORD" -eq 2 ]; then
                    _musher_ids "$word"
                else
                    COMPREPLY=($(compgen -W "HUP INT QUIT TERM KILL USR1 USR2" -- "$word"))
                fi ;;
            status|ls|start|describe|scale|reload|restart|stop|logs) _musher_ids "$word" ;;
        esac
    fi
}
complete -F _musher musher
