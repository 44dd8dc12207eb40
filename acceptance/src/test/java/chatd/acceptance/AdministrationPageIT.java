package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The school's first day, as an administrator has it who installs the packages on a Debian and works as root at home. */
@Tag("processes")
@Tag("booted")
class AdministrationPageIT {
    @Test
    void theFirstDayGoesAsItIsToldOnADebian() throws Exception {
        try (Box box = Box.boot("trixie", "openjdk-25-jre-headless", "python3")) {
            box.sh("apt-get install -y --no-install-recommends /ci/chatd_0*_amd64.deb")
                    .exits(0);
            await().until(() -> box.run("chat-admin", "stats").out().contains("listening"));
            // Two were there before, as on the machine where the page was written.
            box.sh("chat-admin user add alice --no-change && chat-admin user add bob")
                    .exits(0);
            for (Map.Entry<String, String> list : AdminPagesIT.CLASSES.entrySet()) {
                box.sh("cat >/root/" + list.getKey() + " <<'END'\n" + list.getValue() + "END\n")
                        .exits(0);
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
}
