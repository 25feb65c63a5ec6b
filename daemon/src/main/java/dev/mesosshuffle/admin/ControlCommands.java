package dev.mesosshuffle.admin;

import java.io.IOException;

/** Carries out operators' commands. For any thread. */
public interface ControlCommands {
    /**
     * Carries out one command.
     *
     * @param request the line, without its end
     * @param reply gets the reply, see {@link ControlProtocol}, in parts that are sent when they are long enough
     * @throws IOException if the operator cannot be sent the reply
     */
    void execute(String request, Appendable reply) throws IOException;
}
