/**
 * The framing of HTTP/1.1: parses from the bytes of both directions when a connection is between two requests. Pure: no
 * sockets, no threads. Not part of the public API.
 */
package io.musher.balancer.internal.http;
