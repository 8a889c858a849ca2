# Runs the steps of a check, prints a line for each with its count and time, and adds the counts up. Sourced by check and sanitize.
# The output of a step goes to a log in $logs. If the step fails, the end of the log is shown. $work/steps has a line "PASSED FAILED NAME"
# for each, so that steps may run in several shells at once.

# step NAME COUNTER COMMAND...: COUNTER reads the log and prints "PASSED FAILED". A step that counts nothing has failed.
# COMMAND relies on set -e, so never call step where bash suspends it (if, ||, &&). Read $step_passed afterwards.
step() {
	local name=$1 counter=$2 started=$SECONDS result ok=0 bad=0 log
	shift 2
	log=$logs/${name//[^a-zA-Z0-9]/-}.log
	set +e
	(set -e && "$@") >"$log" 2>&1 </dev/null
	result=$?
	set -e
	read -r ok bad < <("$counter" <"$log")
	if [ "$result" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	if [ "$result" -eq 0 ] && [ $((ok + bad)) -eq 0 ]; then
		bad=1
		echo 'this step ran no test at all' >>"$log"
	fi
	echo "$ok $bad $name" >>"$work/steps"
	if [ "$bad" -eq 0 ]; then
		step_passed=true
		printf '%-32sok     %6d passed %5d s\n' "$name" "$ok" $((SECONDS - started))
	else
		step_passed=false
		printf '%-32sFAILED %6d passed, %d failed %5d s\n%s\n' "$name" "$ok" "$bad" $((SECONDS - started)) \
			"$(tail -n 40 "$log" | sed 's/^/    | /' && echo "    the whole log: $log")"
	fi
}

# skip NAME REASON: counts a step as failed that cannot run because another one failed.
skip() {
	echo "0 1 $1" >>"$work/steps"
	printf '%-32sFAILED  (%s)\n' "$1" "$2"
}

# Counters: one passed for the step itself; googletest; pg_regress before and since 16; Python's unittest; "N checks, M failures".
count_one() { echo "$((result == 0)) $((result != 0))"; }
count_googletest() { count_lines '^ *([0-9]+: )?\[       OK \]' '^ *([0-9]+: )?\[  FAILED  \].*ms\)$'; }
count_regress() { count_lines '^(ok [0-9]+|test .*\.\.\. ok)' '^(not ok [0-9]+|test .*\.\.\. FAILED)'; }
count_tap() { count_lines '^ok ' '^not ok '; }
count_unittest() {
	awk '/^Ran [0-9]+ test/ { ran = $2 }
		/^FAILED \(/ { for (i = 2; i <= NF; i++) if (match($i, /(failures|errors)=[0-9]+/)) bad += substr($i, index($i, "=") + 1) }
		END { print ran - bad, bad + 0 }'
}
count_checks() { awk '/^[0-9]+ checks, [0-9]+ failures$/ { g = $1 - $3; b = $3 } END { print g + 0, b + 0 }'; }
count_lines() { awk -v good="$1" -v bad="$2" '$0 ~ good { g++ } $0 ~ bad { b++ } END { print g + 0, b + 0 }'; }

# verdict WHAT: prints the last two lines of a run, and returns its exit code.
verdict() {
	local passed failed names
	read -r passed failed < <(awk '{ good += $1; bad += $2 } END { print good + 0, bad + 0 }' "$work/steps")
	echo "$passed passed, $failed failed"
	if [ "$failed" -eq 0 ]; then
		echo "OK: $1 passed in $SECONDS s"
		return 0
	fi
	names=$(awk '$2 { $1 = $2 = ""; print substr($0, 3) }' "$work/steps" | paste -sd,)
	echo "FAILED: $1: $names ($SECONDS s); logs in $logs"
	return 1
}
