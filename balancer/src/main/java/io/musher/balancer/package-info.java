/**
 * A TCP load balancer that can be used alone: {@link io.musher.balancer.Balancer#builder()} is where to begin.
 *
 * <h2>How it works, for the next reader</h2>
 *
 * <p>Each event loop is a <i>lane</i>. Every lane registers the one listening channel; a connection lives and dies on the
 * lane that accepted it, so nothing about a connection is shared or locked:
 *
 * <pre>
 * Acceptor ─▶ Relay ─▶ Dialer ─▶ Strategy picks from the snapshot ─▶ connect ─▶ two Ends pumped into each other
 *               │         │ refused: the next target   │ none ready, or all full: Waiting (bounded, with a deadline)
 *               │         └────────────────────────────┘
 *               └ PROXY header expected: ProxyIntake reads it first
 * </pre>
 *
 * <p>An idle connection holds no buffer. Bytes are read into the lane's one scratch buffer and written on at once; when the
 * peer takes less, {@code Buffers} keeps the rest, within a budget, until the peer has taken it, and reading stops meanwhile. When the
 * budget is spent, {@code Stalled} ends the connection without progress for longest.
 *
 * <table>
 * <caption>Who owns what</caption>
 * <tr><td>Lane</td><td>its relays, waiting clients, scratch buffers, counters</td></tr>
 * <tr><td>Health, on the first lane's loop</td><td>the list of targets, which are ready or down; publishes immutable snapshots</td></tr>
 * <tr><td>Ejection, likewise</td><td>which targets are out for failing, and how they come back</td></tr>
 * <tr><td>Names, likewise</td><td>the addresses of targets that have host names; looks them up on threads of its own</td></tr>
 * <tr><td>Backend</td><td>what all lanes must see of a target: atomic counts</td></tr>
 * </table>
 *
 * <p><b>Drain.</b> A withdrawn target gets no new connection. Its HTTP/1.1 keep-alive connections are taken off it as soon as
 * they are <i>between</i> requests: the target's side is closed, the client's stays, and the next request goes to another
 * target like a first one. {@code KeepAliveTracker} follows the framing of both directions from the first byte, so "between" is
 * known, not guessed; whatever it does not understand for certain (TLS, upgrades, pipelining, HTTP/1.0, bodies without a
 * length) is left alone and ends by itself or at the drain's deadline.
 *
 * <p><b>Death.</b> A target may be killed before anybody can withdraw it. A client that is between two requests then, or on
 * whose connection not a byte has gone, owes it nothing and is owed nothing: it lives on for a moment as an {@code TargetLostStage}, in
 * which its next bytes, or the withdrawal of the dead target, bring it to another. If neither comes, the end was meant for it.
 *
 * <p><b>End.</b> A client whose target has ended may still send: {@code Lingering} tells it the end and discards what it sends, until its own end or a deadline, because a
 * connection that is closed with unread input is reset, and the answer on its way is lost.
 */
package io.musher.balancer;
