/**
 * What happens in a worker JVM when the application binds the common port itself. The only package that touches
 * internals of the JDK; it uses no other class of Musher, because a worker whose libraries are jars inside a jar gets
 * it in a separate file.
 *
 * <pre>
 * MainRunner, BindAgent ─▶ BindHook ─▶ JdkNetHook ─▶ NetHookTemplate, as a class of java.base
 *                             │                          ▲ sun.net.NetHooks calls it before bind(2)
 *                             ▼                          │
 *                          BindRule ─▶ BindAction ◀──────┘ decides, once per bind
 * </pre>
 *
 * <p><b>The seam.</b> In the primary a {@code CommonPort} owns the common port and says by a {@link
 * io.musher.internal.bind.BindRule} what its workers do. In a worker a {@link io.musher.internal.bind.BindAction}
 * decides at each bind of a configured port what happens with descriptor and address. Another mechanism is another pair
 * of these.
 *
 * <p>Threads: an action is called by whichever thread binds, so it is thread-safe.
 */
package io.musher.internal.bind;
