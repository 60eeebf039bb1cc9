/**
 * Stands in the bundle for what dockerode brings and we never call: gRPC and protobuf (image builds), ssh2 (`ssh://`). They
 * are half of the bundle, and take a tenth of the memory and of the time to start.
 */
export {};
