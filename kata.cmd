@echo off
rem Runs the grader's command in .venv, made on first use. After an update of the lock, delete .venv.
setlocal
set here=%~dp0
if not exist "%here%.venv\Scripts\kata.exe" (
    echo kata: installing what is needed into .venv, once ... 1>&2
    py -3 -m venv "%here%.venv" || python -m venv "%here%.venv" || goto failed
    "%here%.venv\Scripts\python" -m pip install --quiet --require-hashes -r "%here%requirements.lock" || goto failed
    "%here%.venv\Scripts\python" -m pip install --quiet --no-deps --no-build-isolation --editable "%here%." || goto failed
)
"%here%.venv\Scripts\kata" %*
exit /b %errorlevel%
:failed
echo error: the installation failed. Is Python 3.11 or newer installed, and is the network there? 1>&2
exit /b 2
