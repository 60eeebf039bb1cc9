// images.mjs BUSYBOX OUT [--label] [--except NAME,...] - writes the images of images.json as one archive for `docker load`.
// All of them share one layer, a static busybox, so loading two dozen takes as long as loading one, and no registry is
// asked. --label marks them as the lab's, for an engine that is not ours; --except leaves out what that engine has.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: { label: { type: 'boolean', default: false }, except: { type: 'string', default: '' } },
});
const [busybox, out] = positionals;
const here = new URL('.', import.meta.url);
const images = JSON.parse(readFileSync(new URL('images.json', here), 'utf8'));
const architectures = { x64: 'amd64', arm64: 'arm64' };

/** One entry of a ustar archive; a link where `link` is given. */
function entry(name, content = Buffer.alloc(0), { mode = 0o644, type = '0', link = '' } = {}) {
	const header = Buffer.alloc(512);
	const octal = (value, width) => `${value.toString(8).padStart(width - 1, '0')}\0`;
	header.write(name, 0);
	header.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12) + octal(0, 12), 100);
	header.write(`        ${type}${link}`, 148);
	header.write('ustar\x0000', 257);
	header.write(
		`${octal(
			header.reduce((sum, byte) => sum + byte, 0),
			7,
		)} `,
		148,
	);
	return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const directory = (name, mode = 0o755) => entry(`${name}/`, undefined, { mode, type: '5' });
const archive = (entries) => Buffer.concat([...entries, Buffer.alloc(1024)]);
const sha256 = (content) => createHash('sha256').update(content).digest('hex');

function rootLayer() {
	const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' })
		.split('\n')
		.filter((name) => /^[^/]+$/.test(name));
	return archive([
		...['bin', 'etc', 'dev', 'proc', 'sys', 'www'].map((name) => directory(name)),
		directory('tmp', 0o1777),
		entry('etc/passwd', Buffer.from('root:x:0:0:root:/:/bin/sh\n')),
		entry('bin/busybox', readFileSync(busybox), { mode: 0o755 }),
		entry('bin/serve', readFileSync(new URL('serve', here)), { mode: 0o755 }),
		...applets
			.filter((name) => name !== 'busybox')
			.map((name) => entry(`bin/${name}`, undefined, { type: '2', link: 'busybox', mode: 0o777 })),
	]);
}

function imageConfig({ expose = [], env = {}, labels = {}, cmd }, diffId) {
	return JSON.stringify({
		architecture: architectures[process.arch],
		os: 'linux',
		created: '2026-01-01T00:00:00Z',
		config: {
			Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
			Cmd: cmd ?? ['/bin/serve', ...expose],
			ExposedPorts: Object.fromEntries(expose.map((port) => [port, {}])),
			Labels: values.label ? { ...labels, 'lab.reconsul': '1' } : labels,
		},
		rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
		history: [{ created: '2026-01-01T00:00:00Z', created_by: 'the lab' }],
	});
}

const tagged = (name) => (/:[^/]+$/.test(name) ? name : `${name}:latest`);
const except = new Set(values.except.split(','));
const layer = rootLayer();
const diffId = sha256(layer);
const configs = Object.entries(images)
	.filter(([name]) => !except.has(tagged(name)))
	// Two names with the same content would be one image; the recorded cases tell images apart by id.
	.map(([name, image]) => ({
		name: tagged(name),
		config: Buffer.from(imageConfig(image, diffId).replace('the lab', name)),
	}));
const manifest = configs.map(({ name, config }) => ({
	Config: `${sha256(config)}.json`,
	RepoTags: [name],
	Layers: ['layer.tar'],
}));
writeFileSync(
	out,
	archive([
		entry('layer.tar', layer),
		...configs.map(({ config }) => entry(`${sha256(config)}.json`, config)),
		entry('manifest.json', Buffer.from(JSON.stringify(manifest))),
	]),
);
