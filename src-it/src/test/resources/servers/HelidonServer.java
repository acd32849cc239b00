import io.helidon.webserver.WebServer;

public class HelidonServer {
    private static final int PORT = 8080;

    public static void main(String[] args) {
        WebServer.builder().port(PORT)
                .routing(routing -> routing.get("/", (request, response) -> response
                        .send(ProcessHandle.current().pid() + " serves port " + request.remotePeer().port())))
                .build().start();
    }
}
