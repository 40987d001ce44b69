// Where the studio's pages begin.
import { render } from "preact";
import { App } from "./app.tsx";
import "./parts/report-style.ts";
import "./style.css";

render(<App />, document.querySelector("#studio")!);
