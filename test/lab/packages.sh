# shellcheck shell=bash
# What the lab runs: programs on PATH first, else Debian packages that are unpacked below .lab/cache, not installed.
# shellcheck disable=SC2154 # cache is set by the caller

# program:package, or the first of two packages that the release has (the client moved to docker-cli after Debian 12).
# Consul is not in Debian 12; see apt_sources.
lab_programs=(dockerd:docker.io 'docker:docker-cli|docker.io' docker-proxy:docker.io containerd:containerd
	containerd-shim-runc-v2:containerd runc:runc iptables:iptables ip:iproute2 consul:consul busybox:busybox-static
	prometheus:prometheus promtool:prometheus zsh:zsh fish:fish mandoc:mandoc
	chromium-headless-shell:chromium-headless-shell)

find_program() {
	local name names=("$1")
	# Any browser of its kind will do; test/support/browser.ts knows the same names.
	[ "$1" != chromium-headless-shell ] || names+=(chromium google-chrome)
	for name in "${names[@]}"; do
		PATH="$cache/bin:$PATH:/usr/local/sbin:/usr/sbin:/sbin" type -P "$name" && return
	done
	return 1
}

# The images hold nothing but busybox, so it must not need a library.
has_program() {
	local file
	file=$(find_program "$1") || return 1
	[ "$1" != busybox ] || is_static "$file"
}

is_static() {
	! ldd "$1" 2>/dev/null | grep -q '=>'
}

# need_programs NAME...: fetches what is missing among them.
need_programs() {
	local name missing=() packages=()
	for name in "$@"; do
		if ! has_program "$name"; then
			missing+=("$name")
			packages+=("$(package_of "$name")")
			[ -n "${packages[-1]}" ] || die "not on PATH, and of no package that is known here: $name"
		fi
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
		die "not on PATH: ${missing[*]}. Install what they belong to (Docker Engine, Consul, a static busybox, iptables, iproute2, Prometheus, Chromium) and try again"
	fi
	echo "lab: fetching what is missing: ${missing[*]}"
	fetch_packages "${packages[@]}"
	for name in "${missing[@]}"; do
		has_program "$name" || die "$name is still missing after its package was unpacked; delete $cache and try again, or install $name"
	done
}

package_of() {
	printf '%s\n' "${lab_programs[@]}" | sed -n "s/^$1://p"
}

# apt with its state and cache here and the machine's settings (proxy, certificates, pins) as they are. The hooks that
# a machine may have set for updates would work on the machine's own cache.
lab_apt() {
	apt-get -c "$cache/apt/apt.conf" "$@" >>"$cache/apt/log" 2>&1
}

apt_config() {
	mkdir -p "$cache/apt/state/lists/partial" "$cache/apt/archives/partial"
	cat >"$cache/apt/apt.conf" <<-CONF
		Dir::State "$cache/apt/state";
		Dir::State::status "/var/lib/dpkg/status";
		Dir::Cache "$cache/apt";
		Dir::Etc::sourcelist "$cache/apt/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		APT::Sandbox::User "root";
		APT::Keep-Downloaded-Packages "true";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Debug::NoLocking "true";
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		#clear DPkg::Post-Invoke;
	CONF
}

# The machine's own mirror, and on Debian its suite bullseye for Consul, which later releases do not have.
apt_sources() {
	local uri suite components codename id keyring options=''
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck source=/dev/null
	id=$(. /etc/os-release && echo "$ID")
	keyring=/usr/share/keyrings/$id-archive-keyring.gpg
	[ ! -r "$keyring" ] || options="[signed-by=$keyring] "
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' 2>>"$cache/apt/log" |
		awk -v codename="$codename" '$2 ~ "^" codename && ($3 == "main" || $3 == "universe")' | sort -u >"$cache/apt/targets"
	[ -s "$cache/apt/targets" ] ||
		die "apt has no source for ${codename:-this release}: add the distribution's own to /etc/apt, or install dockerd, consul and a static busybox"
	while read -r uri suite components; do
		echo "deb $options$uri $suite $components"
		[ "$id $suite" != "debian $codename" ] || echo "deb $options$uri bullseye main"
	done <"$cache/apt/targets" | sort -u >"$cache/apt/sources.list"
}

fetch_packages() {
	mkdir -p "$cache/apt"
	: >"$cache/apt/log"
	apt_config
	apt_sources
	lab_apt update || die "apt-get update failed, is there a network? $(tail -n 3 "$cache/apt/log")"
	local wanted names=()
	for wanted in "$@"; do names+=("$(available "$wanted")"); done
	# --download-only resolves what this very machine lacks, libraries included.
	lab_apt install --download-only --yes --no-install-recommends "${names[@]}" ||
		die "apt-get could not download ${names[*]}: $(tail -n 3 "$cache/apt/log")"
	unpack_packages
}

available() {
	local first=${1%%|*}
	if apt-cache -c "$cache/apt/apt.conf" show "$first" >/dev/null 2>&1; then echo "$first"; else echo "${1##*|}"; fi
}

unpack_packages() {
	local deb
	rm -rf "$cache/root.new"
	mkdir -p "$cache/root" "$cache/bin"
	for deb in "$cache"/apt/archives/*.deb; do
		# For Prometheus' pages, which nobody looks at here: unpacked they are twice its size.
		[[ $deb == */libjs-* ]] || dpkg -x "$deb" "$cache/root"
	done
	rm -f "$cache"/apt/archives/*.deb
	rm -rf "$cache/apt/state"
	link_programs
}

# The programs find each other on PATH. One that lacks a library here gets it from the unpacked packages alone. Paths are
# relative: a cache may be put back in another folder.
link_programs() {
	local file name
	for file in "$cache"/root/usr/sbin/* "$cache"/root/usr/bin/* "$cache"/root/sbin/* "$cache"/root/bin/*; do
		[ -x "$file" ] || continue
		name=$(basename "$file")
		case $name in
		xtables-nft-multi) link_iptables "${file#"$cache"/root/}" ;;
		# Its own script knows it in one place only.
		chromium-headless-shell) wrapper "$name" "exec \"\$root/usr/lib/chromium/$name\" \"\$@\"" ;;
		dockerd | docker | docker-proxy | docker-init | containerd | containerd-shim* | runc | ip | consul | busybox | \
			prometheus | promtool | zsh | fish | mandoc)
			if ldd "$file" 2>/dev/null | grep -q 'not found'; then
				wrapper "$name" "exec \"\$root/${file#"$cache"/root/}\" \"\$@\""
			else
				ln -sf "../${file#"$cache"/}" "$cache/bin/$name"
			fi
			;;
		esac
	done
}

# /usr/sbin/iptables is a link of the alternatives system, which unpacking does not run; `inside` says which table
# format the kernel has.
link_iptables() {
	local name extensions
	extensions=$(cd "$cache/root" && dirname "$(find . -name libxt_addrtype.so)")
	for name in iptables ip6tables; do
		wrapper "$name" "XTABLES_LIBDIR=\$root/$extensions
export XTABLES_LIBDIR
exec \"\$root/${1%/*}/xtables-\${LAB_IPTABLES:-nft}-multi\" $name \"\$@\""
	done
}

# wrapper NAME COMMAND
# shellcheck disable=SC2016 # expanded when the wrapper runs
wrapper() {
	local libraries
	libraries=$(cd "$cache/root" && find . -type d -path '*/lib/*-linux-gnu*' -printf ':$root/%P')
	# A link of an earlier run would be written through.
	rm -f "$cache/bin/$1"
	printf '#!/bin/sh\nroot=${0%%/*}/../root\nLD_LIBRARY_PATH=%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\nexport LD_LIBRARY_PATH\n%s\n' \
		"${libraries#:}" "$2" >"$cache/bin/$1"
	chmod +x "$cache/bin/$1"
}
