# shellcheck shell=bash
# The lab of root: everything in namespaces of its own. The holder (the script `inside`) keeps them, and its one child is
# the init of the PID namespace in which dockerd, Consul and the containers live.
# shellcheck disable=SC2154 # cache, run, lab and here are the caller's

private_possible() {
	[ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] && unshare --net --uts --mount --pid --fork true 2>/dev/null
}

private_packages() {
	need_programs dockerd docker docker-proxy containerd containerd-shim-runc-v2 runc iptables ip consul busybox "$@"
}

# A process is named by pid and start time: pids come back. A zombie has ended.
started_at() {
	sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'
}

holder() {
	local pid started
	[ -r "$run/holder" ] && read -r pid started <"$run/holder" && [ "$(started_at "$pid")" = "$started" ] && echo "$pid"
}

private_healthy() {
	holder >/dev/null && [ -e "$run/ready" ] && [ -e "$run/loaded" ] && answering
}

answering() {
	private_exec docker version >/dev/null 2>&1 &&
		private_exec consul operator raft list-peers 2>/dev/null | grep -q leader
}

private_exec() {
	(private_exec_here "$@")
}

# Every step is an exec, so the command keeps this process's pid: signals and the exit code need no forwarding.
# DOCKER_* and CONSUL_* of the caller would lead out of the lab.
private_exec_here() {
	local pid
	pid=$(holder) || die "the lab is down; \`$here/lab up\` starts it"
	exec nsenter --target "$pid" --net --uts --mount -- \
		env --chdir="$PWD" -u DOCKER_HOST -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY -u DOCKER_CERT_PATH \
		-u CONSUL_HTTP_ADDR -u CONSUL_HTTP_SSL -u CONSUL_HTTP_TOKEN -u CONSUL_HTTP_TOKEN_FILE -u CONSUL_NAMESPACE \
		RECONSUL_LAB=1 RECONSUL_LAB_TMP="$lab/tmp" RECONSUL_LAB_IMAGES="$run/images.tar" \
		RECONSUL_LAB_STORAGE="$(cat "$run/storage")" RECONSUL_LAB_CGROUP="$(cgroup_name)" \
		LAB_IPTABLES="$(cat "$run/iptables")" PATH="$(lab_path)" "$@"
}

# One per work tree, so that two clones on a machine keep apart.
cgroup_name() {
	printf 'reconsul-lab-%s\n' "$(printf '%s' "$lab" | cksum | cut -d' ' -f1)"
}

private_up() {
	local pid deadline
	# A link of its own: another version of the sources may make other images while this lab is up.
	ln -f "$(PATH=$(lab_path) images_tar)" "$run/images.tar"
	printf '127.0.0.1 localhost\n::1 localhost\n192.0.2.10 u1\n' >"$run/hosts"
	PATH=$(lab_path) LAB_CGROUP=$(cgroup_name) setsid unshare --net --uts --mount -- "$here/inside" "$lab" \
		</dev/null >"$run/lab.log" 2>&1 9>&- &
	pid=$!
	echo "$pid $(started_at "$pid")" >"$run/holder"
	deadline=$((SECONDS + 40))
	until [ -e "$run/ready" ] && answering; do
		holder >/dev/null || die "it ended at once: $(tail -n 5 "$run"/*.log)"
		[ $SECONDS -lt $deadline ] || die "dockerd or consul did not answer within 40 s: $(tail -n 5 "$run"/*.log)"
		sleep 0.1
	done
	private_exec docker load --quiet --input "$run/images.tar" >/dev/null
	touch "$run/loaded"
}

# Built once per content. Prints the file's name.
images_tar() {
	local busybox key
	busybox=$(find_program busybox)
	key=$(cat "$here/images.mjs" "$here/images.json" "$here/serve" "$busybox" | cksum | cut -d' ' -f1)
	if [ ! -s "$cache/images-$key.tar" ]; then
		command -v node >/dev/null || die 'node is needed to make the images: install Node.js with npm'
		mkdir -p "$cache"
		rm -f "$cache"/images-*.tar
		node "$here/images.mjs" "$busybox" "$cache/images.new" && mv "$cache/images.new" "$cache/images-$key.tar"
	fi
	echo "$cache/images-$key.tar"
}

private_down() {
	local pid deadline=$((SECONDS + 20))
	if pid=$(holder); then kill -KILL "$pid"; fi
	# The daemons hold this lock; the kernel ends them when the holder is gone.
	if [ -e "$run/alive" ]; then flock -w 20 "$run/alive" true || die 'dockerd or consul is still there 20 s after the kill'; fi
	# The containers end a moment later. Their cgroups can be removed once they have.
	until remove_cgroups; do
		[ $SECONDS -lt $deadline ] || die 'containers are still there 20 s after the kill'
		sleep 0.05
	done
	rm -rf "$run" "$lab/docker" "$lab/tmp"
}

remove_cgroups() {
	local folder left=0
	for folder in /sys/fs/cgroup/"$(cgroup_name)" /sys/fs/cgroup/*/"$(cgroup_name)"; do
		[ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || left=1
	done
	return $left
}
