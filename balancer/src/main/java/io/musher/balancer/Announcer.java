package io.musher.balancer;

import java.io.PrintStream;
import java.net.InetSocketAddress;

/** Says on stderr what an operator wants to know when there is no log. */
final class Announcer implements BalancerListener {

    private final PrintStream err;
    private final Seldom rejections = new Seldom();

    Announcer(PrintStream err) {
        this.err = err;
    }

    @Override
    public void ejected(Target target, String why) {
        err.println("musher-balancer: target " + target.id() + " is ejected: " + why);
    }

    @Override
    public void down(Target target, String why) {
        err.println("musher-balancer: target " + target.id() + " is down: " + why);
    }

    @Override
    public void restored(Target target) {
        err.println("musher-balancer: target " + target.id() + " is back");
    }

    @Override
    public void rejected(InetSocketAddress client, String why) {
        boolean speaks;
        synchronized (rejections) {
            speaks = !why.equals(Lane.STOPS) && rejections.now(System.nanoTime());
        }
        if (speaks) {
            err.println("musher-balancer: client " + (client == null ? "(gone)" : client.getAddress().getHostAddress())
                    + " was closed without service: " + why + " (said once in 10 s)");
        }
    }

    @Override
    public void buffersSpent(String why) {
        err.println("musher-balancer: " + why + "; those stalled for longest are ended (said once in 10 s)");
    }

    @Override
    public void accepting(boolean paused) {
        err.println("musher-balancer: " + (paused ? "out of descriptors, stops accepting for now" : "accepts again"));
    }
}
