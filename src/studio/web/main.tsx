// Where the studio's pages begin.
import { render } from "preact";
import { App } from "./app.tsx";
import { adoptReportStyle } from "./parts/report-style.ts";
import "./style.css";

adoptReportStyle();
render(<App />, document.querySelector("#studio")!);
