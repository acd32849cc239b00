/**
 * The PROXY protocol: parses and writes headers, and knows which proxies are trusted. Pure: no sockets, no threads. Not
 * part of the public API.
 */
package io.musher.balancer.internal.proxy;
