package io.musher.balancer;

/** The version of the PROXY protocol header that tells a target who the client is. */
public enum ProxyProtocol {
    /** One line of text. */
    V1,
    /** The binary form. */
    V2
}
