package chatd.client.direct;

/**
 * The text of a direct session that another text answers.
 *
 * @param user the number of the user who wrote it
 * @param number its number among that user's texts in the session, from 1
 */
public record AnsweredText(long user, long number) {}
