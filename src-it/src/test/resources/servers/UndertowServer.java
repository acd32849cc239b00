import io.undertow.Undertow;

public class UndertowServer {
    private static final int PORT = 8080;

    public static void main(String[] args) {
        Undertow.builder().addHttpListener(PORT, "0.0.0.0").setHandler(exchange -> exchange.getResponseSender()
                .send(ProcessHandle.current().pid() + " serves port " + exchange.getSourceAddress().getPort())).build()
                .start();
    }
}
