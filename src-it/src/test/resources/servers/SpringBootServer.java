package app;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class SpringBootServer {
    private static final int PORT = 8080;

    public static void main(String[] args) {
        SpringApplication.run(SpringBootServer.class, "--server.port=" + PORT);
    }

    @GetMapping("/")
    String who(HttpServletRequest request) {
        return ProcessHandle.current().pid() + " serves port " + request.getRemotePort();
    }
}
