package chatd.daemon.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A Unix datagram socket like systemd's, in a helper process since Java has none; collects the messages received. */
final class NotifySocket implements AutoCloseable {
    private static final String PROGRAM = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(('\\0' + sys.argv[1][1:]) if sys.argv[1][0] == '@' else sys.argv[1])
            print('listening', flush=True)
            while True:
                print(s.recv(65536).decode(errors='backslashreplace').replace('\\n', ' '), flush=True)
            """;

    final List<String> received = new CopyOnWriteArrayList<>();
    private final Process process;

    NotifySocket(String address) throws IOException {
        process = new ProcessBuilder("python3", "-c", PROGRAM, address)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        assertThat(lines.readLine()).isEqualTo("listening");
        Thread.ofVirtual().start(() -> {
            try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    received.add(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
