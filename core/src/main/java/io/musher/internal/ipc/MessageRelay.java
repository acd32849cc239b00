package io.musher.internal.ipc;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Forwards messages from worker to worker, undecoded. Loop thread only.
 *
 * <p>A message counts against the window of its sender until the listeners of its receiver have processed it, so the
 * windows of the senders bound what is queued here for a slow receiver. A request to a worker that is gone, or ends
 * before it has replied, is answered with {@link FrameType#PEER_GONE}.
 */
final class MessageRelay {

    private static final int MAX_UNANSWERED = 10_000;

    private record RelayedRequest(Channel requester, int sequence) {}

    private final ChannelServer server;
    private final Map<Channel, Set<RelayedRequest>> unanswered = new HashMap<>();

    MessageRelay(ChannelServer server) {
        this.server = server;
    }

    void relay(Channel from, MessageFrame message) throws ProtocolException {
        if (message.peer() == MessageFrame.ALL) {
            broadcast(from, message);
            return;
        }
        Channel to = server.find(message.peer());
        if (to == null) {
            workerGone(from, message.peer(), message);
            from.mailbox().inbox().acknowledge(message.cost());
            return;
        }
        if (message.isRequest()) {
            Set<RelayedRequest> requests = unanswered.computeIfAbsent(to, channel -> new LinkedHashSet<>());
            if (requests.size() >= MAX_UNANSWERED) {
                requests.remove(requests.iterator().next()); // forgets the oldest: it still has its timeout
            }
            requests.add(new RelayedRequest(from, message.sequence()));
        } else if (FrameType.isReply(message.type())) {
            Set<RelayedRequest> requests = unanswered.get(from);
            if (requests != null) {
                requests.remove(new RelayedRequest(to, message.sequence()));
            }
        }
        to.mailbox().relay(withSender(from, message), from.mailbox().inbox()::acknowledge, message.cost(),
                FrameType.isReply(message.type()));
    }

    private void broadcast(Channel from, MessageFrame message) throws ProtocolException {
        if (message.type() != FrameType.JSON_MESSAGE && message.type() != FrameType.BINARY_MESSAGE) {
            throw new ProtocolException("a request or a reply to all workers; only messages can be broadcast");
        }
        List<Channel> others = server.others(from);
        if (others.isEmpty()) {
            from.mailbox().inbox().acknowledge(message.cost());
            return;
        }
        ByteBuffer frame = withSender(from, message).asReadOnlyBuffer();
        int[] left = {others.size()};
        for (Channel to : others) {
            to.mailbox().relay(frame.duplicate(), cost -> {
                if (--left[0] == 0) {
                    from.mailbox().inbox().acknowledge(cost);
                }
            }, message.cost(), false);
        }
    }

    /**
     * Answers all requests pending at a worker whose channel has ended with PEER_GONE, and forgets the requests of that
     * worker.
     */
    void forget(Channel channel) {
        Set<RelayedRequest> requests = unanswered.remove(channel);
        if (requests != null) {
            requests.forEach(request -> sendGone(request.requester, channel.id(), request.sequence));
        }
        unanswered.values().forEach(each -> each.removeIf(request -> request.requester == channel));
    }

    private void workerGone(Channel from, int peer, MessageFrame message) {
        if (message.isRequest()) {
            sendGone(from, peer, message.sequence());
        }
    }

    private static void sendGone(Channel requester, int peer, int sequence) {
        requester.mailbox().replyFailure(new MessageFrame(FrameType.PEER_GONE, sequence, peer, new byte[0]).frame());
    }

    private static ByteBuffer withSender(Channel sender, MessageFrame message) {
        return new MessageFrame(message.type(), message.sequence(), sender.id(), message.body()).frame();
    }
}
