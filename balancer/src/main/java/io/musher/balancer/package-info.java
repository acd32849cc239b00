/**
 * A TCP load balancer that can be used alone; start with {@link io.musher.balancer.Balancer#builder()}.
 *
 * <h2>How it works, for maintainers</h2>
 *
 * <p>A balancer runs one or more event loops. Every loop registers the one listening channel; a connection stays on the
 * loop that accepted it, so nothing about a connection is shared or locked:
 *
 * <pre>
 * Acceptor ─▶ Relay ─▶ Dialer ─▶ Strategy picks from the snapshot ─▶ connect ─▶ Pump forwards between two Endpoints
 *               │         │ refused: the next target   │ none ready, or all full: ClientQueue (bounded, with a timeout)
 *               │         └────────────────────────────┘
 *               └ PROXY header expected: ProxyHeaderReader reads it first
 * </pre>
 *
 * <p><b>Backpressure.</b> An idle connection holds no buffer. Bytes are read into the loop's one scratch buffer and
 * written at once; when the peer accepts less, {@code BufferPool} keeps the rest, within a budget, until the peer
 * accepts it, and reading stops meanwhile. When the budget is spent, {@code StalledConnections} resets the connection
 * without progress for longest.
 *
 * <table>
 * <caption>Owners of state</caption>
 * <tr><td>LoopContext, one per loop</td><td>its relays, waiting clients, scratch buffer, counters</td></tr>
 * <tr><td>TargetRegistry, on the first loop</td><td>the targets and their health; publishes snapshots</td></tr>
 * <tr><td>ActiveProbes, on the first loop</td><td>periodic probes of the listed targets</td></tr>
 * <tr><td>Ejection, on the first loop</td><td>which targets are ejected for failures, and how they return</td></tr>
 * <tr><td>HostResolver, on the first loop</td><td>the addresses of targets that have host names; has lookup
 * threads</td></tr>
 * <tr><td>BalancerCommands, any thread</td><td>the order of commands, the threads that complete their futures</td></tr>
 * <tr><td>BalancerShutdown, any thread</td><td>whether and why the balancer closes</td></tr>
 * <tr><td>Backend, shared by all loops</td><td>atomic counts, addresses and the state of one target</td></tr>
 * </table>
 *
 * <p><b>Drain.</b> A withdrawn target gets no new connection. Its HTTP/1.1 keep-alive connections are taken off it as
 * soon as they are <i>between</i> requests: the connection to the target is closed, the client's stays open, and its
 * next request goes to another target. {@code KeepAliveTracker} parses the framing of both directions from the first
 * byte, so "between" is known, not guessed. Connections it cannot parse for certain (TLS, upgrades, pipelining,
 * HTTP/1.0, bodies without a length) are not moved; they end by themselves or at the deadline of the drain.
 *
 * <p><b>Lost target.</b> A target may be killed before it is withdrawn. A client that is between two requests then, or
 * on whose connection no byte has been forwarded, is kept for 500 ms in a {@code TargetLostStage}: its next bytes, or
 * the withdrawal of the dead target, reroute it to another one. Otherwise the close is forwarded.
 *
 * <p><b>Close.</b> A client whose target has closed may still send. {@code LingeringCloseStage} half-closes the
 * client's connection and discards what it sends, until the client closes or a timeout passes, because closing a
 * connection with unread input resets it and loses the answer in flight.
 */
package io.musher.balancer;
