package io.musher.balancer;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a listener hears, one line each. */
class RecordingBalancerListener implements BalancerListener {

    private final List<String> lines = new CopyOnWriteArrayList<>();

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** {@return whether a line begins so} */
    boolean heard(String beginning) {
        return lines.stream().anyMatch(line -> line.startsWith(beginning));
    }

    @Override
    public void ejected(Target target, String why) {
        lines.add("ejected " + target.id() + ": " + why);
    }

    @Override
    public void down(Target target, String why) {
        lines.add("down " + target.id() + ": " + why);
    }

    @Override
    public void restored(Target target) {
        lines.add("restored " + target.id());
    }

    @Override
    public void drained(Target target) {
        lines.add("drained " + target.id());
    }

    @Override
    public void rejected(InetSocketAddress client, String why) {
        lines.add("rejected " + client.getAddress().getHostAddress() + ": " + why);
    }

    @Override
    public void acceptPaused() {
        lines.add("accepting paused");
    }

    @Override
    public void acceptResumed() {
        lines.add("accepting again");
    }
}
