# shellcheck shell=bash
# Sourced by the scripts that run stages: `stage NAME COMMAND...` times a command, `print_budget` shows the table.
# With KITH_BUDGET_FILE set, stages of several scripts go into one table and only the outermost script prints it.

budget_limit_s=$((65 * 60)) # CI stops after 90 minutes; this leaves room for a slow machine
budget_file=${KITH_BUDGET_FILE:-$(mktemp)}

# Runs a command as a stage: a headline, its output, and a line in the table even if it fails.
stage() {
  local name=$1 began=$SECONDS status=0
  shift
  printf '\n==> %s\n' "$name"
  "$@" || status=$?
  printf '%s\t%s\t%s\n' "$((SECONDS - began))" "$status" "$name" >>"$budget_file"
  return "$status"
}

# Prints the seconds of each stage and their sum against the budget.
print_budget() {
  awk -F '\t' -v limit="$budget_limit_s" '
    NR == 1 { printf "\n%8s  %s\n", "seconds", "stage" }
    { total += $1; printf "%8d  %s%s\n", $1, $3, ($2 == 0 ? "" : "  FAILED (exit " $2 ")") }
    END {
      if (NR) printf "%8d  total, %.1f of %d minutes%s\n", total, total / 60, limit / 60, (total > limit ? "  OVER BUDGET" : "")
    }' "$budget_file"
}

# For scripts that may run on their own or within another one's table.
print_budget_unless_nested() {
  if [ -z "${KITH_BUDGET_FILE:-}" ]; then
    print_budget
    rm -f "$budget_file"
  fi
}
