package chatd.doctor.check;

import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Subject;
import java.io.IOException;
import java.util.List;

/** Looks at one part of a machine and its daemon; changes nothing. Used by one thread; blocks. */
public interface Check {
    /** Returns what this is about: what is reported as unknown if it can't be looked at. */
    Topic topic();

    /**
     * Looks.
     *
     * @throws IOException if it can't be looked at; the message says why
     */
    List<Finding> look(Subject subject) throws IOException;
}
