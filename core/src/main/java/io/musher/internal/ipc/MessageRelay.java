package io.musher.internal.ipc;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Passes messages from worker to worker, undecoded; belongs to the loop's thread.
 *
 * <p>A message spends the window of the worker that sent it until the listeners of the one it was for have taken it, so what waits
 * here for a slow one is bounded by the others' windows. Who asks a worker that is gone, or goes, is told.
 */
final class MessageRelay {

    private static final int MAX_QUESTIONS = 10_000;

    private record RelayedRequest(Channel asker, int sequence) { }

    private final ChannelServer server;
    private final Map<Channel, Set<RelayedRequest>> unanswered = new HashMap<>();

    MessageRelay(ChannelServer server) {
        this.server = server;
    }

    void relay(Channel from, MessageFrame letter) throws ProtocolException {
        if (letter.peer() == MessageFrame.ALL) {
            broadcast(from, letter);
            return;
        }
        Channel to = server.find(letter.peer());
        if (to == null) {
            workerGone(from, letter.peer(), letter);
            from.mailbox().acknowledge(letter.cost());
            return;
        }
        if (letter.isRequest()) {
            Set<RelayedRequest> questions = unanswered.computeIfAbsent(to, channel -> new LinkedHashSet<>());
            if (questions.size() >= MAX_QUESTIONS) {
                questions.remove(questions.iterator().next()); // it still has its deadline
            }
            questions.add(new RelayedRequest(from, letter.sequence()));
        } else if (FrameType.isAnswer(letter.type())) {
            Set<RelayedRequest> questions = unanswered.get(from);
            if (questions != null) {
                questions.remove(new RelayedRequest(to, letter.sequence()));
            }
        }
        to.mailbox().relay(withSender(from, letter), from.mailbox()::acknowledge, letter.cost(), FrameType.isAnswer(letter.type()));
    }

    private void broadcast(Channel from, MessageFrame letter) throws ProtocolException {
        if (letter.type() != FrameType.VALUE && letter.type() != FrameType.BYTES) {
            throw new ProtocolException("a request or an answer to all workers");
        }
        List<Channel> others = server.others(from);
        if (others.isEmpty()) {
            from.mailbox().acknowledge(letter.cost());
            return;
        }
        ByteBuffer frame = withSender(from, letter).asReadOnlyBuffer();
        int[] left = {others.size()};
        for (Channel to : others) {
            to.mailbox().relay(frame.duplicate(), cost -> {
                if (--left[0] == 0) {
                    from.mailbox().acknowledge(cost);
                }
            }, letter.cost(), false);
        }
    }

    /** A worker's channel has ended: those that wait for its answers are told, and its own questions matter no more. */
    void forget(Channel channel) {
        Set<RelayedRequest> questions = unanswered.remove(channel);
        if (questions != null) {
            questions.forEach(question -> sendGone(question.asker, channel.id(), question.sequence));
        }
        unanswered.values().forEach(each -> each.removeIf(question -> question.asker == channel));
    }

    private void workerGone(Channel from, int peer, MessageFrame letter) {
        if (letter.isRequest()) {
            sendGone(from, peer, letter.sequence());
        }
    }

    private static void sendGone(Channel asker, int peer, int sequence) {
        asker.mailbox().answer(new MessageFrame(FrameType.GONE, sequence, peer, new byte[0]).frame());
    }

    private static ByteBuffer withSender(Channel sender, MessageFrame letter) {
        return new MessageFrame(letter.type(), letter.sequence(), sender.id(), letter.body()).frame();
    }
}
