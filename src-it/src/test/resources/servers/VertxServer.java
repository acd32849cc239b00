import io.vertx.core.Vertx;

public class VertxServer {
    private static final int PORT = 8080;

    public static void main(String[] args) {
        Vertx.vertx().createHttpServer()
                .requestHandler(request -> request.response()
                        .end(ProcessHandle.current().pid() + " serves port " + request.remoteAddress().port()))
                .listen(PORT).onFailure(failure -> {
                    failure.printStackTrace();
                    System.exit(1);
                });
    }
}
