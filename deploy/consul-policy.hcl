# What reconsul needs of Consul where ACLs deny by default.
#
#   consul acl policy create -name reconsul -rules @deploy/consul-policy.hcl
#   consul acl token create -description reconsul -policy-name reconsul
#
# The token's SecretID goes into CONSUL_HTTP_TOKEN, or into the file that CONSUL_HTTP_TOKEN_FILE names.

# To register, read and deregister services with their checks, and to pass TTL checks. Rules for some names or prefixes
# will do, `service_prefix "web-"`: a service that none of them covers is then refused by Consul, logged, and tried again
# every ten minutes.
service_prefix "" {
  policy = "write"
}

# For the watch, which repairs what others edit or deregister within milliseconds. `node "NAME"` is enough. Without it,
# the full pass finds that, every 30 s unless --interval says otherwise.
node_prefix "" {
  policy = "read"
}

# To ask the agent for its node's name, which the watch needs, and for the address it advertises, which is used where
# the host name has none but loopback addresses. `agent "NAME"` is enough. Without it, say both: --node NAME -ip ADDRESS.
agent_prefix "" {
  policy = "read"
}
