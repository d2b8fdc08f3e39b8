/**
 * Completion scripts. Each asks `postern __complete` for the candidates of the word under the cursor, so there is
 * no second list of commands and flags to keep in step.
 */

export const BASH = `# bash completion of postern
# To load it now:  source <(postern completion bash)
# In every shell:  postern completion bash > ~/.local/share/bash-completion/completions/postern
_postern() {
  local current candidates line
  current="\${COMP_WORDS[COMP_CWORD]}"
  # bash splits at =: what is under the cursor after --flag= is that sign, or the value alone.
  [[ "$current" == "=" ]] && current=""
  candidates="$("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" || return 0
  COMPREPLY=()
  if [[ "$candidates" == ":files" ]]; then
    compopt -o default 2>/dev/null
    return 0
  fi
  while IFS= read -r line; do
    [[ -n "$line" && "\${line%%$'\\t'*}" == "$current"* ]] && COMPREPLY+=("\${line%%$'\\t'*}")
  done <<< "$candidates"
}
complete -F _postern postern
`;

export const ZSH = `#compdef postern
# zsh completion of postern
# To load it now:  source <(postern completion zsh)
# In every shell:  postern completion zsh > "\${fpath[1]}/_postern"
_postern() {
  local -a lines candidates
  local line
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == ":files" ]]; then
    _files
    return
  fi
  for line in "\${lines[@]}"; do
    [[ -n "$line" ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -t commands postern candidates
}
if [[ "\${funcstack[1]}" == "_postern" ]]; then
  _postern "$@"
else
  compdef _postern postern
fi
`;

export const FISH = `# fish completion of postern
# To load it now:  postern completion fish | source
# In every shell:  postern completion fish > ~/.config/fish/completions/postern.fish
function __postern_complete
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    set -l lines (postern __complete -- $words 2>/dev/null)
    if test "$lines[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $lines
    end
end
complete -c postern -f -a '(__postern_complete)'
`;
