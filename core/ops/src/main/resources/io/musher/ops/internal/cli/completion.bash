# bash completion for musher; in ~/.bashrc: source <(musher completion)
_musher() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -c|--config) COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "run start status ls describe scale reload restart stop signal logs monit check unit
            completion wrapper --help --version" -- "$word"))
    elif [ "${word#-}" != "$word" ]; then
        COMPREPLY=($(compgen -W "--config --name --id --json --timeout --instances --port --env --lines --follow
            --since --once --help" -- "$word"))
    else
        case ${COMP_WORDS[1]} in
            start|describe|scale|reload|restart|stop|signal|logs)
                COMPREPLY=($(compgen -W "all $(musher ls 2>/dev/null | awk '/^NAME/ {t=1; next} t {print $1}')" \
                    -- "$word")) ;;
        esac
    fi
}
complete -F _musher musher
