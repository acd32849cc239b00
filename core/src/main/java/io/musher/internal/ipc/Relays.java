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
final class Relays {

    private static final int MAX_QUESTIONS = 10_000;

    private record Question(Channel asker, int sequence) { }

    private final ChannelServer server;
    private final Map<Channel, Set<Question>> unanswered = new HashMap<>();

    Relays(ChannelServer server) {
        this.server = server;
    }

    void pass(Channel from, Letter letter) throws BadFrame {
        if (letter.peer() == Letter.ALL) {
            broadcast(from, letter);
            return;
        }
        Channel to = server.find(letter.peer());
        if (to == null) {
            gone(from, letter.peer(), letter);
            from.mailbox().took(letter.cost());
            return;
        }
        if (letter.isRequest()) {
            Set<Question> questions = unanswered.computeIfAbsent(to, channel -> new LinkedHashSet<>());
            if (questions.size() >= MAX_QUESTIONS) {
                questions.remove(questions.iterator().next()); // it still has its deadline
            }
            questions.add(new Question(from, letter.sequence()));
        } else if (FrameType.isAnswer(letter.type())) {
            Set<Question> questions = unanswered.get(from);
            if (questions != null) {
                questions.remove(new Question(to, letter.sequence()));
            }
        }
        to.mailbox().relay(from(from, letter), from.mailbox()::took, letter.cost(), FrameType.isAnswer(letter.type()));
    }

    private void broadcast(Channel from, Letter letter) throws BadFrame {
        if (letter.type() != FrameType.VALUE && letter.type() != FrameType.BYTES) {
            throw new BadFrame("a request or an answer to all workers");
        }
        List<Channel> others = server.others(from);
        if (others.isEmpty()) {
            from.mailbox().took(letter.cost());
            return;
        }
        ByteBuffer frame = from(from, letter).asReadOnlyBuffer();
        int[] left = {others.size()};
        for (Channel to : others) {
            to.mailbox().relay(frame.duplicate(), cost -> {
                if (--left[0] == 0) {
                    from.mailbox().took(cost);
                }
            }, letter.cost(), false);
        }
    }

    /** A worker's channel has ended: those that wait for its answers are told, and its own questions matter no more. */
    void forget(Channel channel) {
        Set<Question> questions = unanswered.remove(channel);
        if (questions != null) {
            questions.forEach(question -> tellGone(question.asker, channel.id(), question.sequence));
        }
        unanswered.values().forEach(each -> each.removeIf(question -> question.asker == channel));
    }

    private void gone(Channel from, int peer, Letter letter) {
        if (letter.isRequest()) {
            tellGone(from, peer, letter.sequence());
        }
    }

    private static void tellGone(Channel asker, int peer, int sequence) {
        asker.mailbox().answer(new Letter(FrameType.GONE, sequence, peer, new byte[0]).frame());
    }

    private static ByteBuffer from(Channel sender, Letter letter) {
        return new Letter(letter.type(), letter.sequence(), sender.id(), letter.body()).frame();
    }
}
