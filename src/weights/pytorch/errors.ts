// The three ways in which a PyTorch file is refused.
import { ClassifierTrainingError } from "../../core/index.ts";

const STATE_DICT_HINT = "save the state dict alone: torch.save(model.state_dict(), path)";

/** The file breaks its format: it is damaged, cut short or made up. */
export function invalid(message: string, where?: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PYTORCH_INVALID", message, {
    where,
    hint: "the file is damaged: fetch or save it again",
  });
}

/** The file asks for something that weights do not need, so that it is not done. */
export function refused(message: string, where?: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PYTORCH_REFUSED", message, { where, hint: STATE_DICT_HINT });
}

/** The file asks for more than any file of weights of its size needs. */
export function beyondLimit(message: string, where?: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PYTORCH_LIMIT", message, { where, hint: STATE_DICT_HINT });
}

/** Runs `read`, and names the file in the errors that it throws without a place. */
export function located<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.where !== undefined) throw error;
    const { kind, code, message, hint, cause } = error;
    throw new ClassifierTrainingError(kind, code, message, { where, hint, cause });
  }
}
