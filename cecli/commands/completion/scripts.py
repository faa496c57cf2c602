"""What each shell runs when the Tab key is pressed.

zsh and fish hand over how many words stand before the one to complete, those words, that one as far as the cursor, and
the words behind it; bash the line before and behind the cursor, and what a candidate will replace. They get a candidate
a line: its kind, its text and what it means, apart by tabs. The kinds are ``plain``, ``part`` (more may follow without
a space) and ``file`` (the shell's own files, beside what else there is)."""

_BASH = r"""# Completion of cecli in bash.
_cecli_completion() {
    local program="${1/#\~/$HOME}" kind text meaning files= candidate
    COMPREPLY=()
    while IFS=$'\t' read -r kind text meaning; do
        case "$kind" in
            plain) COMPREPLY+=("$text") ;;
            part) COMPREPLY+=("$text"); compopt -o nospace 2>/dev/null ;;
            file) files=yes ;;
        esac
    done < <(_CECLI_COMPLETE=bash "$program" \
        "${COMP_LINE:0:COMP_POINT}" "${COMP_LINE:COMP_POINT}" "$2" 2>/dev/null </dev/null)
    [[ $files ]] || return 0
    if [[ ${#COMPREPLY[@]} -eq 0 ]] && compopt -o default 2>/dev/null; then
        return 0
    fi
    compopt -o filenames 2>/dev/null
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(compgen -f -- "$2" 2>/dev/null)
}
complete -o nosort -F _cecli_completion cecli 2>/dev/null || complete -F _cecli_completion cecli
"""

_ZSH = r"""#compdef cecli
# Completion of cecli in zsh.
_cecli() {
    local line kind text meaning files
    local -a plain parts fields
    for line in "${(@f)$(_CECLI_COMPLETE=zsh ${~words[1]} $((CURRENT - 2)) "${(@Q)words[2,CURRENT-1]}" \
        "${(Q)PREFIX}" "${(@Q)words[CURRENT+1,-1]}" 2>/dev/null </dev/null)}"; do
        fields=("${(@ps:\t:)line}")
        kind=$fields[1] text=${fields[2]//:/\\:} meaning=$fields[3]
        case $kind in
            plain) plain+=("$text${meaning:+:$meaning}") ;;
            part) parts+=("$text${meaning:+:$meaning}") ;;
            file) files=yes ;;
        esac
    done
    (( $#plain )) && _describe -V candidates plain
    (( $#parts )) && _describe -V candidates parts -S ''
    [[ -n $files ]] && _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _cecli "$@"
else
    compdef _cecli cecli
fi
"""

_FISH = r"""# Completion of cecli in fish.
function __cecli_completion
    set -l words (commandline -opc)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l all (commandline -op)
    set -l current (commandline -ct)
    set -l after
    set -l next (math (count $words) + 1)
    test -n "$current"; and set next (math $next + 1)
    test (count $all) -ge $next; and set after $all[$next..-1]
    set -l place (math (count $words) - 1)
    for line in (env _CECLI_COMPLETE=fish $program $place $words[2..-1] "$current" $after 2>/dev/null </dev/null)
        set -l fields (string split \t -- $line)
        if test "$fields[1]" = file
            __fish_complete_path (commandline -ct)
        else
            printf '%s\t%s\n' $fields[2] $fields[3]
        end
    end
end
complete --command cecli --no-files --keep-order --arguments '(__cecli_completion)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
"""Shell -> its script."""
