# shellcheck shell=bash
# The lab of anybody but root: the Docker that works already, and a Consul of our own. Nothing without the label
# lab.reconsul=1 is touched, so an image that the user has is never replaced.
# shellcheck disable=SC2154 # cache, run and here are the caller's

consul_answers() {
	PATH=$(lab_path) consul operator raft list-peers -http-addr=http://127.0.0.1:8500 2>/dev/null | grep -q leader
}

borrowed_consul() {
	local pid started
	[ -r "$run/consul" ] && read -r pid started <"$run/consul" && [ "$(ps -o lstart= -p "$pid" | tr -d ' ')" = "$started" ] && echo "$pid"
}

borrowed_packages() {
	docker version >/dev/null 2>&1 ||
		die 'not root (or not allowed to make namespaces), and no Docker that works: run this as root on Linux, or start Docker and give yourself access to it (docker version must work)'
	need_programs consul busybox "$@"
}

borrowed_healthy() {
	[ -e "$run/loaded" ] && borrowed_consul >/dev/null && docker version >/dev/null 2>&1 && consul_answers
}

borrowed_up() {
	local deadline
	! consul_answers || die 'a Consul answers at 127.0.0.1:8500 already and the lab would write into it; stop it first'
	PATH=$(lab_path) node "$here/images.mjs" "$(find_program busybox)" "$run/images.tar" \
		--label --except "$(docker image ls --format '{{.Repository}}:{{.Tag}}' | tr '\n' ',')"
	docker load --quiet --input "$run/images.tar" >/dev/null
	PATH=$(lab_path) nohup consul agent -dev -client 127.0.0.1 -http-port 8500 -enable-script-checks \
		</dev/null >"$run/consul.log" 2>&1 9>&- &
	echo "$! $(ps -o lstart= -p $! | tr -d ' ')" >"$run/consul"
	deadline=$((SECONDS + 20))
	until consul_answers; do
		[ $SECONDS -lt $deadline ] || die "consul did not answer within 20 s: $(tail -n 5 "$run/consul.log")"
		sleep 0.2
	done
	touch "$run/loaded"
}

borrowed_exec() {
	(borrowed_exec_here "$@")
}

borrowed_exec_here() {
	[ -e "$run/loaded" ] || die "the lab is down; \`$here/lab up\` starts it"
	exec env RECONSUL_LAB=1 PATH="$(lab_path)" "$@"
}

borrowed_down() {
	local pid
	if pid=$(borrowed_consul); then kill "$pid"; fi
	if [ -e "$run/loaded" ]; then
		docker ps -aq --filter label=lab.reconsul=1 | xargs docker rm -f >/dev/null 2>&1 || true
		docker image ls -q --filter label=lab.reconsul=1 | sort -u | xargs docker rmi -f >/dev/null 2>&1 || true
	fi
	rm -rf "$run"
}
