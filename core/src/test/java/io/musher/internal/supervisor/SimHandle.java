package io.musher.internal.supervisor;

import io.musher.Worker;
import java.time.Duration;

/** Checks every action on one worker and passes it to the scripted process. */
final class SimHandle implements WorkerHandle {

    private final SimWorld world;
    private final Incarnation incarnation;

    SimHandle(SimWorld world, Incarnation incarnation) {
        this.world = world;
        this.incarnation = incarnation;
    }

    @Override
    public Worker worker() {
        throw new UnsupportedOperationException("the supervisor only passes it on");
    }

    @Override
    public String lastOutput() {
        return "";
    }

    @Override
    public String advice() {
        return "";
    }

    @Override
    public boolean startsDifferentlyNextTime() {
        return incarnation.id() % 11 == 0;
    }

    @Override
    public boolean isProcessAlive() {
        return true;
    }

    @Override
    public boolean checkPort(Runnable done) {
        return false;
    }

    @Override
    public void warmUp() {
        world.actions.warms(incarnation);
        world.process(incarnation).warmUp();
    }

    @Override
    public void drain(Duration deadline) {
        world.actions.drains(incarnation, deadline);
        world.process(incarnation).drain();
    }

    @Override
    public void sendDrain() {
        world.actions.talks(incarnation);
        world.process(incarnation).drainFrame();
    }

    @Override
    public void sendDisconnect() {
        world.actions.talks(incarnation);
        world.process(incarnation).drainFrame();
    }

    @Override
    public void sendStop() {
        world.actions.talks(incarnation);
        world.actions.endsIt(incarnation);
        world.process(incarnation).stopFrame();
    }

    @Override
    public void closeChannel() {
        world.actions.lets(incarnation);
        world.process(incarnation).channelClosed();
    }

    @Override
    public void terminate() {
        world.actions.endsIt(incarnation);
        world.process(incarnation).sigterm();
    }

    @Override
    public void kill() {
        world.actions.kills(incarnation);
        world.process(incarnation).sigkill();
    }

    @Override
    public void requestThreadDump() {
        world.actions.examines(incarnation);
        world.process(incarnation).examine();
    }
}
