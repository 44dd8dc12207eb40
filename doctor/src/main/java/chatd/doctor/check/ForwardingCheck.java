package chatd.doctor.check;

import chatd.daemon.config.Config;
import chatd.daemon.forward.Forwarder;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Subject;
import java.util.List;

/** Connects to the collector of the log, and checks its certificate as the daemon does. */
final class ForwardingCheck implements Check {
    @Override
    public Topic topic() {
        return Topic.LOG_FORWARDING;
    }

    @Override
    public List<Finding> look(Subject subject) {
        Config.Forward to = subject.config().audit().forward();
        if (to.to().isEmpty()) {
            return List.of(topic().ok("It is sent to no other machine: audit.forward.to is not set."));
        }
        String failure = Forwarder.connectionFailure(to);
        return List.of(
                failure.isEmpty()
                        ? topic().ok("The collector " + Forwarder.nameOf(to) + " takes connections.")
                        : topic().wrong(
                                        "The collector " + Forwarder.nameOf(to) + " can't be used: " + failure + ".",
                                        "See on that machine whether it runs, and on this one whether audit.forward has its"
                                                + " certificates: operations/forwarding.md. Until then, what it lacks waits in the log.",
                                        ""));
    }
}
