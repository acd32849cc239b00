# bash completion for musher; in ~/.bashrc: source <(musher completion)
_musher_ids() {
    # processes and workers; the table shortens long names
    COMPREPLY=($(compgen -W "all $(musher status --json 2>/dev/null | tr '{,' '\n\n' |
        sed -n 's/^"id":"\(.*\)"$/\1/p; s/^"name":"\(.*-[0-9][0-9]*\)"$/\1/p')" -- "$1"))
}

_musher_names() {
    # the folders of this user's primaries
    local folder=${MUSHER_HOME:-$HOME/.musher} names
    names=$(cd "$folder" 2>/dev/null && printf '%s\n' */ | sed -n 's|^\([^*]*\)/$|\1|p')
    COMPREPLY=($(compgen -W "$names" -- "$1"))
}

_musher_signals() {
    # with or without SIG, as they are typed
    local prefix=
    [ "${1#SIG}" != "$1" ] && prefix=SIG
    COMPREPLY=($(compgen -W "$(compgen -A signal | sed -n "s/^SIG\([A-Z][A-Z0-9]*\)\$/$prefix\1/p")" -- "$1"))
}

# how many words in front of the present one are no options or values of such: the command is the first
_musher_words() {
    local i words=0
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            -c|--config|--name|--env|--timeout) i=$((i + 1)) ;;
            --id) i=$((i + 1)) words=$((words + 1)) ;;
            -*) ;;
            *) words=$((words + 1)) ;;
        esac
    done
    echo $words
}

_musher() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -c|--config|--jar) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --id) _musher_ids "$word"; return ;;
        --name) _musher_names "$word"; return ;;
        -n|-p|--instances|--port|--env|--timeout|--lines|--since) return ;;
        completion) COMPREPLY=($(compgen -W "bash" -- "$word")); return ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "run start status ls describe scale reload restart stop signal logs monit check unit
            completion wrapper --help --version" -- "$word"))
    elif [ "${word#-}" != "$word" ]; then
        COMPREPLY=($(compgen -W "--config --name --id --json --timeout --instances --port --env --lines --follow
            --since --time --once --primary --jar --help" -- "$word"))
    else
        case ${COMP_WORDS[1]} in
            signal)
                if [ "$(_musher_words)" -eq 1 ]; then
                    _musher_ids "$word"
                else
                    _musher_signals "$word"
                fi ;;
            status|ls|start|describe|scale|reload|restart|stop|logs) _musher_ids "$word" ;;
        esac
    fi
}
complete -F _musher musher
