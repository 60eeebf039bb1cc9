/**
 * What registrator's templates see: the struct of its Docker client, whose fields are not quite Docker's JSON. Written as
 * `Field`, `Field=JsonKey` and `:type` where it is not a string; a field that Docker does not send has its zero value.
 */
const sources: Readonly<Record<string, string>> = {
	Container: `ID=Id Created:time Path Args:[]string Config:*Config State:State Image Node:*SwarmNode
		NetworkSettings:*NetworkSettings SysInitPath ResolvConfPath HostnamePath HostsPath LogPath Name Driver Mounts:[]Mount
		Volumes:map[]string VolumesRW:map[]bool HostConfig:*HostConfig ExecIDs:[]string GraphDriver:*GraphDriver
		RestartCount:int AppArmorProfile`,
	Config: `Hostname Domainname User Memory:int MemorySwap:int MemoryReservation:int KernelMemory:int CPUShares=CpuShares:int
		CPUSet=Cpuset PortSpecs:[]string ExposedPorts:map[]empty PublishService StopSignal StopTimeout:int Env:[]string
		Cmd:[]string Healthcheck:*HealthConfig DNS=Dns:[]string Image Volumes:map[]empty VolumeDriver WorkingDir MacAddress
		Entrypoint:[]string SecurityOpts:[]string OnBuild:[]string Mounts:[]Mount Labels:map[]string AttachStdin:bool
		AttachStdout:bool AttachStderr:bool ArgsEscaped:bool Tty:bool OpenStdin:bool StdinOnce:bool NetworkDisabled:bool
		VolumesFrom`,
	HealthConfig: 'Test:[]string Interval:duration Timeout:duration StartPeriod:duration Retries:int',
	Mount: 'Name Source Destination Driver Mode RW:bool',
	State: `Status Running:bool Paused:bool Restarting:bool OOMKilled:bool RemovalInProgress:bool Dead:bool Pid:int
		ExitCode:int Error StartedAt:time FinishedAt:time Health:Health`,
	Health: 'Status FailingStreak:int Log:[]HealthCheck',
	HealthCheck: 'Start:time End:time ExitCode:int Output',
	SwarmNode: 'ID IP Addr Name CPUs:int Memory:int Labels:map[]string',
	NetworkSettings: `Networks:map[]ContainerNetwork IPAddress IPPrefixLen:int MacAddress Gateway Bridge
		PortMapping:map[]map[]string Ports:map[][]PortBinding NetworkID EndpointID SandboxKey GlobalIPv6Address
		GlobalIPv6PrefixLen:int IPv6Gateway LinkLocalIPv6Address LinkLocalIPv6PrefixLen:int SecondaryIPAddresses:[]string
		SecondaryIPv6Addresses:[]string`,
	ContainerNetwork: `Aliases:[]string MacAddress GlobalIPv6PrefixLen:int GlobalIPv6Address IPv6Gateway IPPrefixLen:int
		IPAddress Gateway EndpointID NetworkID`,
	PortBinding: 'HostIP=HostIp HostPort',
	HostConfig: `Binds:[]string CapAdd:[]string CapDrop:[]string GroupAdd:[]string ContainerIDFile LxcConf:[]KeyValuePair
		PortBindings:map[][]PortBinding Links:[]string DNS=Dns:[]string DNSOptions=DnsOptions:[]string
		DNSSearch=DnsSearch:[]string ExtraHosts:[]string VolumesFrom:[]string UsernsMode NetworkMode IpcMode PidMode UTSMode
		RestartPolicy:RestartPolicy Devices:[]Device DeviceCgroupRules:[]string LogConfig:LogConfig SecurityOpt:[]string
		Cgroup CgroupParent Memory:int MemoryReservation:int KernelMemory:int MemorySwap:int MemorySwappiness:int
		CPUShares=CpuShares:int CPUSet=Cpuset CPUSetCPUs=CpusetCpus CPUSetMEMs=CpusetMems CPUQuota=CpuQuota:int
		CPUPeriod=CpuPeriod:int CPURealtimePeriod=CpuRealtimePeriod:int CPURealtimeRuntime=CpuRealtimeRuntime:int
		BlkioWeight:int BlkioWeightDevice:[]BlockWeight BlkioDeviceReadBps:[]BlockLimit BlkioDeviceReadIOps:[]BlockLimit
		BlkioDeviceWriteBps:[]BlockLimit BlkioDeviceWriteIOps:[]BlockLimit Ulimits:[]ULimit VolumeDriver OomScoreAdj:int
		PidsLimit:int ShmSize:int Tmpfs:map[]string Privileged:bool PublishAllPorts:bool ReadonlyRootfs:bool
		OOMKillDisable=OomKillDisable:bool AutoRemove:bool StorageOpt:map[]string Sysctls:map[]string CPUCount=CpuCount:int
		CPUPercent=CpuPercent:int IOMaximumBandwidth:int IOMaximumIOps:int Mounts:[]HostMount Init:bool`,
	KeyValuePair: 'Key Value',
	RestartPolicy: 'Name MaximumRetryCount:int',
	Device: 'PathOnHost PathInContainer CgroupPermissions',
	LogConfig: 'Type Config:map[]string',
	BlockWeight: 'Path Weight',
	BlockLimit: 'Path Rate:int',
	ULimit: 'Name Soft:int Hard:int',
	HostMount: `Target Source Type ReadOnly:bool BindOptions:*BindOptions VolumeOptions:*VolumeOptions
		TempfsOptions:*TempfsOptions`,
	BindOptions: 'Propagation',
	VolumeOptions: 'NoCopy:bool Labels:map[]string DriverConfig:VolumeDriverConfig',
	VolumeDriverConfig: 'Name Options:map[]string',
	TempfsOptions: 'SizeBytes:int Mode:int',
	GraphDriver: 'Name Data:map[]string',
	empty: '',
};

export interface FieldShape {
	readonly jsonKey: string;
	/** `string`, `int`, `bool`, `time`, `duration`, a struct's name, and `*`, `[]`, `map[]` before any of these. */
	readonly type: string;
}
export type Shape = ReadonlyMap<string, FieldShape>;

const shapeOf = (source: string): Shape =>
	new Map(
		source
			.split(/\s+/)
			.filter((entry) => entry !== '')
			.map((entry) => {
				const [names = '', type = 'string'] = entry.split(':');
				const [name = '', jsonKey = name] = names.split('=');
				return [name, { jsonKey, type }] as const;
			}),
	);

/** By the name of the struct, its fields in their order there, which is the order they are printed in. */
export const shapes: ReadonlyMap<string, Shape> = new Map(
	Object.entries(sources).map(([name, source]) => [name, shapeOf(source)]),
);
