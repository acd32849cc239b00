package io.musher.balancer;

/** Ignores all reports. */
final class NoBackendListener implements BackendListener {

    @Override
    public void connectFailed(Backend backend, String why) {}

    @Override
    public void unanswered(Backend backend) {}

    @Override
    public void answeredOnTrial(Backend backend) {}

    @Override
    public void connectionsEnded(Backend backend) {}
}
