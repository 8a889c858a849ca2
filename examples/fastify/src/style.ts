/** What every page looks like: readable on a phone, by day and by night, without a script. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2329; --soft: #5d6a75; --line: #dde3e8; --paper: #f5f7f8; --card: #fff; --main: #0b6b57; --on-main: #fff; --tint: #e2f2ee; --warn: #fdf0d5 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecef; --soft: #9eabb5; --line: #36424c; --paper: #14191d; --card: #1e262c; --main: #4fc4a8; --on-main: #06231c; --tint: #1d3a34; --warn: #463816 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.5 system-ui, sans-serif }
header, main { max-width: 40rem; margin: 0 auto; padding: .75rem 1rem }
header { display: flex; gap: 1rem; align-items: center; flex-wrap: wrap }
header a:first-child { font-weight: 700; font-size: 1.15rem; margin-right: auto; color: var(--ink) }
header form { display: inline }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 1rem }
h2 { font-size: 1rem; color: var(--soft); margin: 1.5rem 0 .5rem }
a { color: var(--main); text-decoration: none }
a:hover { text-decoration: underline }
.soft { color: var(--soft) }
.notice { background: var(--warn); border-radius: .6rem; padding: .75rem 1rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin: .6rem 0; display: block; color: var(--ink) }
a.card { display: flex; justify-content: space-between; gap: 1rem; align-items: center }
a.card:hover { border-color: var(--main); text-decoration: none }
.card small { display: block; color: var(--soft) }
button, .button { font: inherit; font-weight: 600; display: inline-block; min-height: 2.9rem; padding: .55rem 1.2rem; border: 1px solid var(--main); border-radius: .6rem; background: var(--main); color: var(--on-main); cursor: pointer }
.quiet { background: none; color: var(--main) }
.link { all: unset; cursor: pointer; color: var(--main) }
.row { display: flex; gap: .6rem; flex-wrap: wrap; align-items: center; margin: 1rem 0 }
.between { justify-content: space-between }
.slots { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); gap: .5rem }
.slots button { background: var(--card); color: var(--main); padding: .5rem 0 }
.slots button:hover { background: var(--tint) }
.slots small { display: block; font-weight: 400; color: var(--soft) }
label { display: block; margin: .8rem 0; font-weight: 600 }
input { font: inherit; display: block; width: 100%; margin-top: .2rem; padding: .6rem .7rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); color: var(--ink) }
table { border-collapse: collapse; width: 100% }
.month { table-layout: fixed; text-align: center }
.month th { font-size: .8rem; color: var(--soft); font-weight: 600 }
.month td { padding: .15rem; color: var(--soft) }
.month a, .month span { display: block; padding: .5rem 0; border-radius: .5rem }
.month a { background: var(--tint); color: var(--main); font-weight: 700 }
.month span { opacity: .55 }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px }
`
