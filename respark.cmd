@echo off
rem respark from a clone on Windows: fetches and builds at first use; after a git pull, delete .respark\stamp.
setlocal
set "root=%~dp0"
set "bundle=%root%.respark\packages\cli\bundle\dist\respark.mjs"
where node >nul 2>nul || (echo respark: needs Node.js 20.19 or newer, and finds none 1>&2 & exit /b 69)
if exist "%root%.respark\stamp" goto run
echo respark: first use of this version: fetching DuckDB and what else it needs, building ... 1>&2
pushd "%root%" || exit /b 69
for %%f in (package.json pnpm-lock.yaml pnpm-workspace.yaml README.md LICENSE) do copy /y %%f .respark\ >nul 2>nul || (mkdir .respark 2>nul & copy /y %%f .respark\ >nul)
for %%d in (scripts packages\cli packages\core packages\events packages\report test) do robocopy %%d .respark\%%d /mir /xd node_modules dist bundle test /njh /njs /nfl /ndl >nul
cd .respark
set "CI=true"
call npx -y pnpm@10 install --prod --frozen-lockfile 1>&2 || (popd & exit /b 69)
node scripts\bundle.mjs packages\cli\bundle 1>&2 || (popd & exit /b 69)
type nul > stamp
popd
:run
set "RESPARK_COMMAND=respark"
node "%bundle%" %*
exit /b %ERRORLEVEL%
