// How the report looks, in light and dark.

/** The page's style sheet, whole: nothing is loaded from elsewhere. */
export const STYLE: string = `
:root{color-scheme:light dark;--bg:#f7f8f9;--card:#fff;--text:#1d2730;--muted:#5b6875;--line:#e2e6ea;--right:#0072b2;--wrong:#b34c00;--third:#00795a;--on:#fff;--chip:#eef1f4;--extra:#9a3d78;--shadow:0 1px 2px rgb(16 24 32/.06)}
@media (prefers-color-scheme:dark){:root{--bg:#12161b;--card:#1a2027;--text:#e4e9ee;--muted:#9ba8b5;--line:#2c343d;--right:#5ab4ee;--wrong:#f5924a;--third:#3cc9a0;--on:#0b1116;--chip:#262e37;--extra:#e79acb;--shadow:none}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:3.4rem}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header .in,nav .in{max-width:1180px;margin:0 auto;padding:0 20px}
header{padding:34px 0 18px}
h1{font-size:1.65rem;line-height:1.25;margin:0;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:0 0 4px;font-weight:650}
h3{font-size:.95rem;margin:0;font-weight:600}
p{margin:.3rem 0 .8rem;max-width:75ch}
.sub{color:var(--muted)}
.status{display:inline-block;vertical-align:.2em;margin-left:.6rem;padding:1px 10px;border-radius:99px;background:var(--chip);color:var(--muted);font-size:.8rem;font-weight:500;letter-spacing:0}
nav{position:sticky;top:0;z-index:5;background:var(--bg);border-bottom:1px solid var(--line)}
nav .in{display:flex;gap:4px;overflow-x:auto;scrollbar-width:none}
nav a{padding:10px 10px;color:var(--muted);text-decoration:none;white-space:nowrap;font-size:.9rem}
nav a:hover{color:var(--text)}
section{padding:30px 0 6px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow);padding:16px;margin:0}
.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-top:18px}
.tile{padding:12px 14px}
.tile span{display:block;color:var(--muted);font-size:.82rem}
.tile strong{white-space:nowrap;font-size:1.4rem;font-weight:620;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.tile small{display:block;color:var(--muted);font-size:.78rem}
.plain{max-width:620px}
.chart figcaption{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;justify-content:space-between;margin-bottom:6px}
.chart svg,.plain svg{width:100%;height:auto;display:block}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:.82rem;color:var(--muted)}
.key svg{width:26px!important;height:10px;display:inline-block!important;margin-right:6px}
svg text{fill:var(--text);font-family:inherit}
svg .tick{fill:var(--muted);font-size:11.5px}
svg .axis{fill:var(--muted);font-size:12.5px}
.matrix .label{fill:var(--muted)}
svg .grid{stroke:var(--line);fill:none}
svg .mark{stroke:var(--muted);stroke-dasharray:2 4;fill:none}
svg .cursor{stroke:var(--muted);fill:none}
.s0{--c:var(--right)}.s1{--c:var(--wrong)}.s2{--c:var(--third)}.s3{--c:var(--muted)}
svg .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
.s1 .line{stroke-dasharray:7 3}.s2 .line{stroke-dasharray:2 3}.s3 .line{stroke-dasharray:9 3 2 3}
svg .dot{fill:var(--c)}
svg .bar{fill:var(--right);fill-opacity:.55}
svg .expected{stroke:var(--wrong);stroke-width:2.5}
svg .count{fill:var(--muted);fill-opacity:.45}
.layout{display:grid;grid-template-columns:minmax(0,auto) minmax(280px,1fr);gap:16px;align-items:start}
@media (max-width:900px){.layout{grid-template-columns:minmax(0,1fr)}}
.scroll{overflow-x:auto}
svg.matrix{display:block;max-width:100%;min-width:min(100%,330px);height:auto;margin:0 auto}
.matrix .field{fill:none;stroke:var(--line)}
#matrix .cell,.choices .cell{cursor:pointer}
.matrix .right rect{fill:var(--right)}.matrix .wrong rect{fill:var(--wrong)}
.matrix .on{fill:var(--on)}
.matrix .cell text{pointer-events:none;font-variant-numeric:tabular-nums}
.matrix .cell:hover rect,.matrix .cell.chosen rect{stroke:var(--text);stroke-width:2}
.filters{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:12px}
select,input,.btn{font:inherit;font-size:.88rem;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:7px;padding:5px 9px;max-width:100%}
label.field{display:flex;align-items:center;gap:6px;color:var(--muted);font-size:.85rem;min-width:0}
.btn,.link{cursor:pointer}
.btn:hover{border-color:var(--muted)}
.chips{display:flex;flex-wrap:wrap;gap:6px;margin:0 0 14px;padding:0;list-style:none}
.chips button{border:0;background:var(--chip);color:var(--text);border-radius:99px;padding:3px 11px;font:inherit;font-size:.83rem;cursor:pointer}
.chips button:hover{outline:1px solid var(--muted)}
.chips b{font-weight:600;color:var(--wrong);margin-left:4px}
.found{font-weight:600;margin:0 0 10px;overflow-wrap:anywhere}
.pics{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:12px;margin:0}
.pic{margin:0;min-width:0;font-size:.8rem;line-height:1.35}
.pic .frame{aspect-ratio:1;background:var(--chip);border-radius:6px;overflow:hidden;display:grid;place-items:center;border:2px solid var(--right);color:var(--muted);text-align:center;padding:0}
.pics.pairs{grid-template-columns:repeat(auto-fill,minmax(210px,1fr))}
.pics.triples{grid-template-columns:repeat(auto-fill,minmax(min(100%,315px),1fr))}
.pics.triples+.pics{margin-top:12px}
.pic .frame.pair{aspect-ratio:2;grid-template-columns:1fr 1fr;gap:2px}
.pic .frame.triple{aspect-ratio:3;grid-template-columns:1fr 1fr 1fr;gap:2px}
.pic.wrong .frame{border:3px solid var(--wrong)}
.pic.neutral .frame{border:1px solid var(--line)}
.pic img{width:100%;height:100%;object-fit:contain;display:block}
.pic figcaption{margin-top:4px;overflow-wrap:anywhere}
.pic b{color:var(--right);font-weight:600}.pic.wrong b{color:var(--wrong)}
.pic span{display:block;color:var(--muted)}
.more{margin-top:12px}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}
thead th{position:sticky;top:0;background:var(--card);font-weight:600;z-index:1}
tbody tr:last-child>*{border-bottom:0}
tbody th{font-weight:500;overflow-wrap:anywhere}
tbody th:not(.num){min-width:8em}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th button{all:unset;cursor:pointer}
th button:focus-visible,.link:focus-visible{outline:2px solid var(--right);border-radius:3px}
th[aria-sort] button::after{content:" \\25B4";color:var(--muted)}
th[aria-sort=descending] button::after{content:" \\25BE"}
button.link:hover{text-decoration:underline}
.score{display:inline-block;min-width:4.2em}
.interval{position:relative;display:inline-block;width:84px;height:10px;margin-left:8px;background:linear-gradient(var(--line),var(--line)) center/100% 1px no-repeat}
.interval i{position:absolute;top:3px;height:4px;border-radius:2px;background:var(--right);opacity:.4;min-width:2px}
.interval b{position:absolute;top:0;width:3px;height:10px;margin-left:-1.5px;border-radius:1px;background:var(--right)}
.classes small{display:inline-block;min-width:6.6em;color:var(--muted);margin-left:6px}
@media (max-width:700px){.interval,.classes small{display:none}th,td{padding:6px}body{font-size:14.5px}main,header .in,nav .in{padding:0 14px}.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}.card{padding:12px}}
.roomy{min-width:640px}
.tall{max-height:520px;overflow:auto}
code{font:0.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.config td{overflow-wrap:anywhere}
.config td:last-child{color:var(--muted);font-size:.84rem}
dl{display:grid;grid-template-columns:minmax(110px,auto) minmax(0,1fr);gap:4px 16px;margin:0;font-size:.9rem}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
.strip{display:grid;grid-template-columns:repeat(auto-fill,minmax(92px,1fr));gap:10px}
.strip+.strip{margin-top:14px;padding-top:14px;border-top:1px solid var(--line)}
.counts td.bar{--pad:10px;position:relative;min-width:120px}
@media (max-width:700px){.counts td.bar{--pad:6px;min-width:56px}}
.counts thead th{overflow-wrap:normal}
.counts td.bar i{position:absolute;right:var(--pad);bottom:4px;width:calc((100% - 2*var(--pad))*var(--share));height:3px;border-radius:2px;background:var(--right);opacity:.7;min-width:1px}
.counts td.bar b{position:relative;font-weight:400}
.notes{margin:.3rem 0 1rem;padding-left:1.1rem;color:var(--wrong)}
.channel{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:8px}
.channel.red{background:#d0463b}.channel.green{background:#3d9a50}.channel.blue{background:#3f6fd1}
.card table+h3,.card p+h3{margin-top:18px}
svg .size{fill:var(--right);fill-opacity:.45;stroke:var(--right);stroke-width:1}
.twins>p{grid-column:1/-1;margin:0;color:var(--muted);font-size:.82rem}
img.batch{display:block;width:100%;height:auto;border-radius:6px}
svg .trial{fill:color-mix(in oklab,var(--right) var(--q),var(--line));stroke:var(--card);stroke-width:1}
svg .trial.best{fill:var(--wrong);stroke:var(--text);stroke-width:1.5}
svg .given-up{stroke:var(--muted);stroke-width:1.3;fill:none;opacity:.75}
svg .front{fill:none;stroke:var(--wrong);stroke-width:1.8;stroke-linejoin:round}
svg .thread{fill:none;stroke:color-mix(in oklab,var(--right) var(--q),var(--line));stroke-width:1.5;stroke-linejoin:round}
svg .thread.best{stroke:var(--wrong);stroke-width:2.6}
svg .thread:hover,g:hover>.thread,g:hover>.abandoned{stroke:var(--text);stroke-width:2.6}
svg .abandoned{fill:none;stroke:var(--muted);stroke-width:1;opacity:.45}
svg .mast{stroke:var(--muted);stroke-width:1.2}
svg .halo{paint-order:stroke;stroke:var(--card);stroke-width:3px}
.parallel{display:block;width:100%;height:auto}
.command{margin:12px 0}
.command pre{margin:8px 0 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.82rem;background:var(--chip);border-radius:6px;padding:8px 10px}
.shares{display:grid;gap:8px;max-width:760px}
.shares div{display:grid;grid-template-columns:minmax(90px,240px) 1fr 52px;gap:12px;align-items:center;font-size:.9rem}
.shares span{overflow-wrap:anywhere}
.shares .track{height:12px;border-radius:6px;background:var(--chip);overflow:hidden}
.shares .track i{display:block;height:100%;background:var(--right);border-radius:6px}
.shares b{font-weight:600;text-align:right;font-variant-numeric:tabular-nums}
#tip{position:fixed;z-index:9;pointer-events:none;background:var(--text);color:var(--bg);border-radius:6px;padding:5px 9px;font-size:.8rem;line-height:1.4;white-space:pre;font-variant-numeric:tabular-nums}
footer{color:var(--muted);font-size:.82rem;padding:26px 0 40px}

.grid3{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,260px),1fr));gap:16px}
.grid2.wide{grid-template-columns:repeat(auto-fit,minmax(min(100%,500px),1fr))}
.below{margin:26px 0 4px}
.compact .classes small{display:none}
.compact tbody th:not(.num){min-width:7em}
@media (max-width:700px){.choices svg.matrix{max-width:none}}
.pics.sets{grid-template-columns:repeat(auto-fill,minmax(164px,1fr))}
.tag{display:inline-block;max-width:100%;margin:0 4px 4px 0;padding:0 7px;border-radius:6px;border:1.5px solid var(--right);color:var(--right);font-size:.8rem;line-height:1.5;overflow-wrap:anywhere}
.tag i{font-style:normal;margin-left:5px;opacity:.8;white-space:nowrap}
.tag.miss{border:1.5px dashed var(--wrong);color:var(--wrong)}
.tag.extra{border-color:var(--extra);background:var(--extra);color:var(--card)}
.pic span.tag{display:inline-block}.pic .tag.hit{color:var(--right)}.pic .tag.miss{color:var(--wrong)}.pic .tag.extra{color:var(--card)}
p.legend{display:block;margin:0 0 10px}
.slider{display:block;color:var(--muted);font-size:.88rem}
.slider output{color:var(--text);font-weight:600;font-variant-numeric:tabular-nums}
.slider input{display:block;width:100%;margin:6px 0 12px;padding:0;accent-color:var(--right)}
.figures{display:grid;grid-template-columns:repeat(3,1fr);gap:2px 12px;margin:0 0 12px}
.figures dt{grid-row:1;color:var(--muted);font-size:.82rem}
.figures dd{grid-row:2;margin:0;font-size:1.25rem;font-weight:620;font-variant-numeric:tabular-nums}
svg .thin{vector-effect:non-scaling-stroke}
svg .chosen-point{fill:var(--wrong);stroke:var(--card);stroke-width:2}
@media print{nav,.filters,.more{display:none}.roomy{min-width:640px}
.tall{max-height:none}}
`;
