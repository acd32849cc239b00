/**
 * What happens in a worker JVM when the application binds the common port itself, and the listener that a primary
 * shares with its workers. The only package that touches internals of the JDK; it uses no other class of Musher,
 * because a worker whose libraries are jars inside a jar gets it in a separate file.
 *
 * <pre>
 * REUSE_PORT       MainRunner, BindAgent ─▶ BindHook ─▶ JdkNetHook ─▶ NetHookTemplate, a class of java.base that
 *                                                          │          sun.net.NetHooks calls before bind(2)
 *                                                     BindAction: ReusePortAction sets the option
 * REDIRECT         BindAgent ─▶ BindRedirection ─▶ RedirectTemplate, a class of java.base that Net calls as bind0
 *                                  │ (REUSE_PORT with a host, too)
 *                                  ▼ OwnPortRedirection, HostRedirection: to which address
 * SHARED_LISTENER  BindAgent ─▶ SharedListenerHook ─▶ NetTemplate, a class of java.base that server sockets call as
 *                                  │      │           Net.bind and Net.listen (NetCalls)
 *                                  │      └▶ AcceptPause: while not ready or draining
 *                                  ▼ asks by a Unix datagram, puts the answer where the socket was
 *                  both kinds of KERNEL: CommonAddress refuses to listen on more addresses than meant
 *                  in the primary: SharedListener: listens, passes its descriptor to processes of its user
 *                  both: NativeSockets, UnixDatagramSocket ─▶ SystemCalls ─▶ NativeFunctions (java.lang.foreign, by
 *                                                                            reflection)
 * </pre>
 *
 * <p><b>The seam.</b> In the primary a {@code CommonPort} owns the common port and says by a {@link
 * io.musher.internal.bind.BindRule} what its workers do. Another mechanism is another implementation, and another kind
 * of rule.
 *
 * <p>Threads: a hook is called by any thread that binds, so it is thread-safe.
 */
package io.musher.internal.bind;
