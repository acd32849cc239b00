package io.musher.balancer;

/** Versions of the PROXY protocol, whose header carries the client's address to a target. */
public enum ProxyProtocol {
    /** Version 1: one line of text. */
    V1,
    /** Version 2: binary. */
    V2
}
