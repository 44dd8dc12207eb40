package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.admin.AdminPagesIT;
import chatd.acceptance.kit.Page;
import chatd.acceptance.kit.ProcessResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The administrator's two pages, as followed by somebody who installs the packages on Debian and
 * works as root in the home directory.
 */
@Tag("processes")
@Tag("booted")
class AdministrationPageIT {
    /**
     * Logs in as the first argument, with the second as password, and then reads messages to send,
     * one per line.
     */
    private static final String PERSON = """
            import json, socket, ssl, sys, uuid
            context = ssl._create_unverified_context()
            context.set_alpn_protocols(["chat-json/1"])
            tls = context.wrap_socket(socket.create_connection(("127.0.0.1", 7443)))
            received = tls.makefile()
            def send(message):
                tls.sendall(json.dumps(message).encode() + b"\\n")
            def answer():
                message = next(m for m in map(json.loads, received) if m["type"] in (2, 17, 18))
                return message["info"] if message["type"] != 18 else sys.exit(message["info"]["text"])
            send({"type": 1, "info": {"user_id": sys.argv[1], "user_pwd": sys.argv[2]}})
            print(answer()["code"], flush=True)
            for line in sys.stdin if len(sys.argv) == 3 else []:
                send({**json.loads("{" + line.replace("'", '"') + "}"), "id": str(uuid.uuid4())})
                print(answer().get("mid"), flush=True)
            for line in received if len(sys.argv) > 3 else []:
                pass
            """;

    @Test
    void theFirstDayGoesAsThePageSaysOnDebian() throws Exception {
        try (Box box = Box.boot("trixie", "openjdk-25-jre-headless", "python3")) {
            install(box);
            // Two users exist already, as on the machine where the page was written.
            box.sh("chat-admin user add alice --no-change && chat-admin user add bob")
                    .exits(0);
            for (Map.Entry<String, String> list : AdminPagesIT.CLASSES.entrySet()) {
                write(box, list.getKey(), list.getValue());
            }
            Page page = new Page("administration.md", command -> box.sh("cd /root; exec 2>&1\n" + command));
            assertThat(page.steps()).hasSizeGreaterThan(35);
            for (Page.Step step : page.steps()) {
                page.run(step);
                if (step.command().contains("user reset noah")) {
                    box.sh("""
                            cd /root; umask 077; echo wrong-password >wrong
                            for i in 1 2 3 4; do
                              chat-client --fingerprint "$(cat server)" --password-file wrong 王芳@localhost history
                            done
                            """);
                } else if (step.command().contains("user rename lea")) {
                    box.sh("""
                            (chat-client --fingerprint "$(cat /root/server)" --password-file /root/own mia.keller@localhost \
                              tail >/root/tail.out 2>&1 &)
                            """).exits(0);
                    await().until(() ->
                            box.run("chat-admin", "session", "list").out().contains("mia.keller"));
                }
            }
        }
    }

    @Test
    void everyCommandOfTheReferencePrintsWhatItSaysOnDebian() throws Exception {
        try (Box box = Box.boot("trixie", "openjdk-25-jre-headless", "python3")) {
            install(box);
            write(box, "person.py", PERSON);
            write(box, "pupils.csv", String.join("\n", AdminPagesIT.PUPILS) + "\n");
            write(box, "wrong.toml", String.join("\n", AdminPagesIT.INVALID_CONFIG) + "\n");
            box.sh("echo alice-on-a-debian | chat-admin user add alice --no-change --password-stdin"
                            + " && chat-admin user add bob")
                    .exits(0);
            box.sh("(python3 /root/person.py alice alice-on-a-debian stays >/root/alice.out 2>&1 &)")
                    .exits(0);
            await().until(() -> box.sh("cat /root/alice.out").out(), "ok\n"::equals);
            Page page = new Page("chat-admin.md", command -> box.sh("cd /root; exec 2>&1\n" + command));
            for (Page.Step step : page.steps()) {
                if (step.command().equals("chat-admin group list")) {
                    sendMessages(box, "alice alice-on-a-debian", AdminPagesIT.GROUP_MESSAGES);
                    String insult = sendMessages(box, "daniel first-day-only-5", List.of(AdminPagesIT.INSULT));
                    sendMessages(box, "alice alice-on-a-debian", List.of(AdminPagesIT.report(insult)));
                }
                page.run(step);
            }
            await().until(() -> box.run("pgrep", "-f", "person.py").exit() == 1);
        }
    }

    /** Sends messages as a user, and returns the number of the last one. */
    private static String sendMessages(Box box, String account, List<String> messages) {
        ProcessResult run = box.sh(
                        "python3 /root/person.py %s <<'END'\n%s\nEND\n".formatted(account, String.join("\n", messages)))
                .exits(0);
        return run.out().lines().toList().getLast();
    }

    private static void install(Box box) {
        box.sh("apt-get install -y --no-install-recommends /ci/chatd_0*_amd64.deb")
                .exits(0);
        await().until(() -> box.run("chat-admin", "stats").out().contains("listening"));
    }

    private static void write(Box box, String name, String content) {
        box.sh("cat >/root/" + name + " <<'END'\n" + content + "END\n").exits(0);
    }
}
